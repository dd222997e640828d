package io.leveret.it.broker;

import io.leveret.it.node.NodeException;
import io.leveret.it.node.NodeScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.opentest4j.TestAbortedException;

/**
 * A private cluster of three RabbitMQ nodes, each in a network namespace of its own, so that its
 * network can be broken. It dies with this process, however this process ends.
 *
 * <p>The addresses of its nodes mean nothing outside: clients run in a {@link SideJvm}. The {@link
 * BrokerNode}s can be controlled from here, but not connected to, so {@link
 * BrokerNode#awaitAccepting} and {@link BrokerNode#answers} do not work; {@link BrokerNode#restart}
 * waits until its node answers. Close the cluster, not its nodes.
 *
 * <p>Every operation returns when it is done and throws {@link NodeException} when it fails. One
 * thread controls a cluster at a time.
 */
public final class BrokerCluster implements AutoCloseable {

    /** How many nodes there are. */
    public static final int SIZE = 3;

    private static final Duration START_LIMIT = Duration.ofMinutes(15);
    private static final Duration CONTROL_LIMIT = Duration.ofMinutes(3);

    private final NodeScript script;
    private final Path folder;
    private final List<BrokerNode> nodes = new ArrayList<>();

    private BrokerCluster(NodeScript script, Path folder) {
        this.script = script;
        this.folder = folder;
    }

    /**
     * Starts a cluster of the version that the test run asks for, in a new temporary folder. Prints
     * versions and addresses on stdout.
     *
     * @throws TestAbortedException where network namespaces cannot be made, or where the test run
     *     uses an existing broker
     * @throws NodeException when no broker can be had; the message says what to install
     */
    public static BrokerCluster start() {
        NodeScript script = NodeScript.of("broker/cluster");
        requireNamespaces(script);
        try {
            Path target = Path.of("target").toAbsolutePath();
            Path folder =
                    Files.isDirectory(target)
                            ? Files.createTempDirectory(target, "cluster-")
                            : Files.createTempDirectory("cluster-");
            BrokerCluster cluster = new BrokerCluster(script, folder);
            cluster.startNodes(BrokerOptions.defaults().version());
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for a cluster", e);
        }
    }

    private static void requireNamespaces(NodeScript script) {
        String existing = System.getenv(BrokerNode.EXISTING_BROKER);
        if (existing != null && !existing.isBlank()) {
            throw new TestAbortedException(
                    "needs a private cluster, but " + BrokerNode.EXISTING_BROKER + " is set");
        }
        String impossible = script.run(CONTROL_LIMIT, List.of("possible"));
        if (!impossible.isEmpty()) {
            throw new TestAbortedException("no private cluster: " + impossible);
        }
    }

    private void startNodes(String version) {
        System.out.println(
                script.run(
                        START_LIMIT,
                        List.of(
                                "start",
                                folder.toString(),
                                "--size",
                                String.valueOf(SIZE),
                                "--rabbitmq",
                                version,
                                "--owner",
                                String.valueOf(ProcessHandle.current().pid()))));
        for (int i = 1; i <= SIZE; i++) {
            Path place = folder.resolve("node" + i);
            Map<String, String> env = NodeScript.readEnv(place);
            nodes.add(
                    new BrokerNode(
                            script.with("node", folder.toString(), String.valueOf(i)),
                            place,
                            URI.create(env.get("URI")),
                            env.get("VERSION")));
        }
    }

    /**
     * One of the nodes.
     *
     * @param number 1 to {@value #SIZE}
     */
    public BrokerNode node(int number) {
        return nodes.get(number - 1);
    }

    /** The addresses of all nodes as {@code host:port,host:port,...}. */
    public String addresses() {
        return nodes.stream()
                .map(node -> node.host() + ":" + node.port())
                .collect(Collectors.joining(","));
    }

    /** The version that the nodes named. */
    public String version() {
        return node(1).version();
    }

    /** Cuts a node off from the other nodes; clients still reach it. */
    public void cut(int number) {
        control("cut", String.valueOf(number));
    }

    /** Cuts a node off from everybody, clients included: packets to and from it are dropped. */
    public void unplug(int number) {
        control("unplug", String.valueOf(number));
    }

    /** Ends every {@link #cut} and {@link #unplug}. */
    public void heal() {
        control("heal");
    }

    /** The command line that runs a command where the nodes can be reached. */
    List<String> inSwitch(List<String> command) {
        return script.with("exec", folder.toString()).command(command);
    }

    /** Kills all nodes and removes network and folder. May be repeated. */
    @Override
    public void close() {
        if (Files.exists(folder)) {
            control("destroy");
        }
    }

    @Override
    public String toString() {
        return "RabbitMQ " + version() + " cluster " + addresses();
    }

    private void control(String operation, String... arguments) {
        List<String> command = new ArrayList<>(List.of(operation, folder.toString()));
        command.addAll(List.of(arguments));
        script.run(CONTROL_LIMIT, command);
    }
}
