package io.leveret.it.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs to their end. */
final class Command {

    private static final int LIMIT_SECONDS = 120;

    private Command() {}

    /**
     * A program's end.
     *
     * @param output what it wrote to its standard and its error stream
     */
    record Result(int exit, String output) {}

    /** Runs a program and insists on success. */
    static String run(List<String> command) throws IOException {
        Result result = tryRun(command);
        if (result.exit() != 0) {
            throw new IOException(command + " failed: " + result.exit() + "\n" + result.output());
        }
        return result.output();
    }

    /**
     * Runs a program. Its output goes through a file: a child that stays would hold a pipe open.
     */
    static Result tryRun(List<String> command) throws IOException {
        Path output = Files.createTempFile("leveret-command", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        command + " did not end in " + LIMIT_SECONDS + " s\n" + read(output));
            }
            return new Result(process.exitValue(), read(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in " + command, e);
        } finally {
            Files.delete(output);
        }
    }

    private static String read(Path output) throws IOException {
        return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    }
}
