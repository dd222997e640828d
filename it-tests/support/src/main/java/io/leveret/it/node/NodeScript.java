package io.leveret.it.node;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs one of the scripts in {@code it-tests} that keep private servers. Immutable, thread-safe.
 */
public final class NodeScript {

    /** System property that names {@code it-tests} where it is not above the working directory. */
    public static final String PROPERTY = "leveret.it.scripts";

    private static final String USUAL_PLACE = "it-tests";

    private final List<String> prefix;

    private NodeScript(List<String> prefix) {
        this.prefix = List.copyOf(prefix);
    }

    /**
     * Finds a script.
     *
     * @param name its path below {@code it-tests}, such as {@code broker/node}
     */
    public static NodeScript of(String name) {
        return new NodeScript(List.of("bash", find(name).toString()));
    }

    /** The same script with further leading arguments. */
    public NodeScript with(String... arguments) {
        return new NodeScript(command(List.of(arguments)));
    }

    /** The command line that runs the script. */
    public List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(arguments);
        return command;
    }

    private static Path find(String name) {
        String named = System.getProperty(PROPERTY, "");
        if (!named.isBlank()) {
            return Path.of(named, name).toAbsolutePath();
        }
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve(USUAL_PLACE).resolve(name);
            if (Files.isRegularFile(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException(
                "no " + USUAL_PLACE + "/" + name + " in or above " + start + "; set -D" + PROPERTY);
    }

    /**
     * Runs one command and returns what it printed, without the last line end. What it says on
     * stderr is repeated on {@code System.err}.
     *
     * @throws NodeException when it fails or exceeds the limit
     */
    public String run(Duration limit, List<String> arguments) {
        List<String> command = command(arguments);
        Path folder = null;
        try {
            folder = Files.createTempDirectory("leveret-node");
            return run(limit, command, folder.resolve("out"), folder.resolve("err"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        } finally {
            discard(folder);
        }
    }

    private static String run(Duration limit, List<String> command, Path out, Path err)
            throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(nothing()))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted during " + command, e);
        } finally {
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
        String said = Files.readString(err, StandardCharsets.UTF_8);
        if (!ended) {
            throw new NodeException("not done after " + limit + ": " + command + "\n" + said);
        }
        if (process.exitValue() != 0) {
            throw new NodeException(
                    "exit status " + process.exitValue() + " of " + command + "\n" + said);
        }
        if (!said.isBlank()) {
            System.err.print(said);
        }
        return Files.readString(out, StandardCharsets.UTF_8).stripTrailing();
    }

    private static File nothing() {
        return Path.of("/dev/null").toFile();
    }

    private static void discard(Path folder) {
        if (folder == null) {
            return;
        }
        try {
            Files.deleteIfExists(folder.resolve("out"));
            Files.deleteIfExists(folder.resolve("err"));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            System.err.println("cannot remove " + folder + ": " + e);
        }
    }

    /** The NAME=VALUE lines that the script keeps about a server. */
    public static Map<String, String> readEnv(Path folder) {
        Map<String, String> values = new HashMap<>();
        try {
            for (String line : Files.readAllLines(folder.resolve("env"), StandardCharsets.UTF_8)) {
                int sign = line.indexOf('=');
                if (sign > 0) {
                    values.put(line.substring(0, sign), line.substring(sign + 1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot read what is known of the server in " + folder, e);
        }
        return values;
    }
}
