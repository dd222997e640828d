package io.leveret.it.broker;

import io.leveret.it.node.NodeException;
import io.leveret.it.node.NodeScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.opentest4j.TestAbortedException;

/**
 * A private RabbitMQ node of this test run, on loopback and free ports, with user and password
 * guest. It dies with this process, however this process ends.
 *
 * <p>The environment variable {@code LEVERET_TEST_BROKER} names a running broker to use instead.
 * Nobody owns that one, so everything that would disturb it aborts the test visibly with a {@link
 * TestAbortedException}; {@link #close()} does nothing to it.
 *
 * <p>Every control operation returns when it is done and throws {@link NodeException} when it
 * fails. One thread controls a node at a time; the accessors may be called from any thread.
 */
public final class BrokerNode implements AutoCloseable {

    /** Environment variable with the AMQP URI of a broker to use instead of private nodes. */
    public static final String EXISTING_BROKER = "LEVERET_TEST_BROKER";

    /** System property: {@code true} leaves data and logs of closed nodes in their folders. */
    public static final String KEEP_PROPERTY = "leveret.it.keep";

    /** First start, which may have to download and unpack the broker. */
    private static final Duration START_LIMIT = Duration.ofMinutes(15);

    private static final Duration CONTROL_LIMIT = Duration.ofMinutes(3);
    private static final Duration KNOCK_LIMIT = Duration.ofSeconds(5);

    private final NodeScript script;
    private final Path folder;
    private final URI uri;
    private volatile String version;

    BrokerNode(NodeScript script, Path folder, URI uri, String version) {
        this.script = script;
        this.folder = folder;
        this.uri = uri;
        this.version = version;
    }

    /**
     * Starts a node with {@link BrokerOptions#defaults()} in a new temporary folder.
     *
     * @throws NodeException when no node can be had; the message says what to install
     */
    public static BrokerNode start() {
        return start(BrokerOptions.defaults());
    }

    /** Starts a node in a new temporary folder, below Maven's target folder where there is one. */
    public static BrokerNode start(BrokerOptions options) {
        if (existingBroker() != null) {
            return existing(existingBroker());
        }
        try {
            Path target = Path.of("target").toAbsolutePath();
            return start(
                    Files.isDirectory(target)
                            ? Files.createTempDirectory(target, "rabbitmq-")
                            : Files.createTempDirectory("rabbitmq-"),
                    options);
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for a broker node", e);
        }
    }

    /**
     * Starts a node in a folder, with the data that an earlier node left there. Prints version and
     * port as one line on stdout.
     */
    public static BrokerNode start(Path folder, BrokerOptions options) {
        if (existingBroker() != null) {
            return existing(existingBroker());
        }
        NodeScript script = NodeScript.of("broker/node");
        List<String> command = new ArrayList<>(List.of("start", folder.toString()));
        command.addAll(List.of("--rabbitmq", options.version()));
        command.addAll(List.of("--owner", Long.toString(ProcessHandle.current().pid())));
        if (!options.plugins().isEmpty()) {
            command.addAll(List.of("--plugins", String.join(",", options.plugins())));
        }
        if (options.files() != null) {
            command.addAll(List.of("--files", options.files().toAbsolutePath().toString()));
        }
        Path config = null;
        try {
            if (!options.config().isEmpty()) {
                config = Files.createTempFile("leveret-node", ".conf");
                Files.write(config, options.config(), StandardCharsets.UTF_8);
                command.addAll(List.of("--config", config.toString()));
            }
            System.out.println(script.run(START_LIMIT, command));
        } catch (IOException e) {
            throw new UncheckedIOException("no configuration for a broker node", e);
        } finally {
            discard(config);
        }
        Map<String, String> env = NodeScript.readEnv(folder);
        return new BrokerNode(
                script, folder.toAbsolutePath(), URI.create(env.get("URI")), env.get("VERSION"));
    }

    private static URI existingBroker() {
        String named = System.getenv(EXISTING_BROKER);
        return named == null || named.isBlank() ? null : URI.create(named.strip());
    }

    private static BrokerNode existing(URI uri) {
        int port =
                uri.getPort() > 0 ? uri.getPort() : "amqps".equals(uri.getScheme()) ? 5671 : 5672;
        String version =
                "amqps".equals(uri.getScheme())
                        ? "of unknown version"
                        : AmqpProbe.knock(uri.getHost(), port, KNOCK_LIMIT)
                                .orElseThrow(
                                        () ->
                                                new NodeException(
                                                        EXISTING_BROKER
                                                                + " does not answer at "
                                                                + uri.getHost()
                                                                + ":"
                                                                + port));
        BrokerNode node = new BrokerNode(null, null, uri, version);
        System.out.println(
                "RabbitMQ "
                        + version
                        + " ("
                        + EXISTING_BROKER
                        + ") on "
                        + node.host()
                        + ":"
                        + port);
        return node;
    }

    /** AMQP URI with user and password. */
    public URI uri() {
        return uri;
    }

    /** Host name or address. */
    public String host() {
        return uri.getHost();
    }

    /** The AMQP port. */
    public int port() {
        return uri.getPort() > 0 ? uri.getPort() : "amqps".equals(uri.getScheme()) ? 5671 : 5672;
    }

    /** The version that the node itself named when it was last started. */
    public String version() {
        return version;
    }

    /** Whether this node is private, so that control operations work. */
    public boolean isPrivate() {
        return script != null;
    }

    /** The folder with the node's data and logs. */
    public Path folder() {
        own("folder");
        return folder;
    }

    /** A value that the script keeps, such as MANAGEMENT_PORT, SPARE1, PID; null when unknown. */
    public String env(String name) {
        own("env");
        return NodeScript.readEnv(folder).get(name);
    }

    /** The process id of the running node. */
    public long pid() {
        return Long.parseLong(run("pid"));
    }

    /** Orderly stop; the data stay. */
    public void stop() {
        run("stop");
    }

    /**
     * Writes queue declarations to disk. RabbitMQ does so lazily: a {@link #kill()} less than about
     * a second after a declaration can lose the queue, classic or quorum, with its confirmed
     * messages. Call it between the two, so that such a loss is not taken for one of the code under
     * test.
     */
    public void flush() {
        run("flush");
    }

    /** SIGKILL; returns when the process is gone, within about 0.1 s. The data stay. */
    public void kill() {
        run("kill");
    }

    /** Starts the stopped or killed node with its data on its port and waits until it answers. */
    public void restart() {
        own("restart");
        script.run(CONTROL_LIMIT, List.of("start", folder.toString()));
        version = env("VERSION");
    }

    /** Like {@link #restart()}, without waiting; {@link #awaitAccepting} does that. */
    public void launch() {
        own("launch");
        script.run(CONTROL_LIMIT, List.of("start", folder.toString(), "--no-wait"));
    }

    /** SIGSTOP: connections stay open and nobody answers any more. */
    public void freeze() {
        run("freeze");
    }

    /** Ends {@link #freeze()}. */
    public void thaw() {
        run("thaw");
    }

    /** Makes the broker close all connections, with 320 CONNECTION_FORCED and this reason. */
    public void closeConnections(String reason) {
        run("close-connections", reason);
    }

    /** New connections are refused from now on; existing ones stay. */
    public void suspendListeners() {
        run("suspend-listeners");
    }

    /** Ends {@link #suspendListeners()}. */
    public void resumeListeners() {
        run("resume-listeners");
    }

    /** Raises the memory alarm: connections that publish are blocked within about a second. */
    public void blockPublishers() {
        watermark("0.00001");
    }

    /** Ends {@link #blockPublishers()}. */
    public void unblockPublishers() {
        watermark("0.4");
    }

    private void watermark(String share) {
        eval("vm_memory_monitor:set_vm_memory_high_watermark(" + share + ").");
    }

    /** Runs rabbitmqctl and returns what it printed. Takes about half a second. */
    public String ctl(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-q"));
        all.addAll(List.of(arguments));
        return run("ctl", all.toArray(String[]::new));
    }

    /**
     * Evaluates Erlang code inside the node and returns its value as text. Takes a tenth of the
     * time of {@link #ctl}.
     */
    public String eval(String code) {
        return run("eval", code);
    }

    /**
     * Waits until a TCP connection is accepted and the AMQP protocol header is answered.
     *
     * @return {@code System.nanoTime()} at that moment
     * @throws NodeException when that does not happen within the limit
     */
    public long awaitAccepting(Duration limit) {
        return AmqpProbe.awaitAnswer(host(), port(), limit);
    }

    /** Whether the AMQP protocol header is answered within the limit. */
    public boolean answers(Duration limit) {
        return AmqpProbe.knock(host(), port(), limit).isPresent();
    }

    /** Kills the node and removes its folder (see {@link #KEEP_PROPERTY}). May be repeated. */
    @Override
    public void close() {
        if (isPrivate() && Files.exists(folder)) {
            run(Boolean.getBoolean(KEEP_PROPERTY) ? "kill" : "destroy");
        }
    }

    @Override
    public String toString() {
        return "RabbitMQ " + version + " on " + host() + ":" + port();
    }

    private String run(String operation, String... arguments) {
        own(operation);
        List<String> command = new ArrayList<>(List.of(operation, folder.toString()));
        command.addAll(List.of(arguments));
        return script.run(CONTROL_LIMIT, command);
    }

    private void own(String operation) {
        if (!isPrivate()) {
            throw new TestAbortedException(
                    "needs a private broker node for '"
                            + operation
                            + "', but "
                            + EXISTING_BROKER
                            + " names a broker that tests must not disturb");
        }
    }

    private static void discard(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("cannot remove " + file + ": " + e);
        }
    }
}
