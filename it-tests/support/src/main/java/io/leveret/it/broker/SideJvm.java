package io.leveret.it.broker;

import io.leveret.it.node.NodeException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A Java program that runs in a process of its own, beside this one or where a {@link
 * BrokerCluster} can be reached, with the class path and the system properties named {@code
 * leveret.*} of this process. Its {@code main} calls {@link LineServer#serve}; from then on it
 * takes orders.
 *
 * <p>What it prints besides answers is repeated here. It ends with this process. One order at a
 * time.
 */
public final class SideJvm implements AutoCloseable {

    private static final Duration END_LIMIT = Duration.ofSeconds(20);
    private static final String ENDED = "@ended";

    private final Process process;
    private final BufferedWriter orders;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private SideJvm(Process process) {
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Starts a program in the cluster's network, with a heap of 256 MB. */
    public static SideJvm start(BrokerCluster cluster, Class<?> main, String... arguments) {
        return start(cluster.inSwitch(java("-Xmx256m", main, arguments)), main);
    }

    /**
     * Starts a program in the network of this process.
     *
     * @param heap the JVM's option that says how large its heap may become
     */
    public static SideJvm start(String heap, Class<?> main, String... arguments) {
        return start(java(heap, main, arguments), main);
    }

    private static List<String> java(String heap, Class<?> main, String... arguments) {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(List.of(heap, "-cp", System.getProperty("java.class.path")));
        System.getProperties()
                .forEach(
                        (name, value) -> {
                            if (name.toString().startsWith("leveret.")) {
                                java.add("-D" + name + "=" + value);
                            }
                        });
        java.add(main.getName());
        java.addAll(List.of(arguments));
        return java;
    }

    private static SideJvm start(List<String> command, Class<?> main) {
        try {
            SideJvm jvm =
                    new SideJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
            Thread reader = new Thread(jvm::read, "side-jvm-reader");
            reader.setDaemon(true);
            reader.start();
            return jvm;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + main.getName(), e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(LineServer.DONE) || line.startsWith(LineServer.FAILED)) {
                    answers.add(line);
                } else {
                    System.out.println("[beside] " + line);
                }
            }
        } catch (IOException e) {
            System.err.println("the output of a program beside this one ends: " + e);
        } finally {
            answers.add(ENDED);
        }
    }

    /**
     * Gives one order and waits for its answer.
     *
     * @param limit longest wait for the answer
     * @return the answer
     * @throws NodeException when the order fails, the program ends or the time is up
     */
    public String tell(Duration limit, String... words) {
        String order = words[0]; // the other words may be secret
        try {
            orders.write(String.join(" ", words));
            orders.newLine();
            orders.flush();
            String answer = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                throw new NodeException("no answer after " + limit + " to '" + order + "'");
            }
            if (!answer.startsWith(LineServer.DONE)) {
                throw new NodeException("'" + order + "' ended with " + answer);
            }
            return answer.substring(LineServer.DONE.length());
        } catch (IOException e) {
            throw new NodeException("the program ended before '" + order + "'", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted during '" + order + "'", e);
        }
    }

    /** Ends the program: its stdin first, the process after a time. May be repeated. */
    @Override
    public void close() {
        try {
            orders.close();
            if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
