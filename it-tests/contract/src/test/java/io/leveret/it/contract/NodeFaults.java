package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.MqOutcome;
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.ledger.LedgerLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The ways to break one node, and the way to it. */
final class NodeFaults implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration BACK = Duration.ofSeconds(60);
    private static final Map<String, Object> QUORUM = Map.of("x-queue-type", "quorum");
    private static final String VHOST = "/";
    private static final Duration SLOW = Duration.ofMillis(200);
    private static final int CONSUMER_TIMEOUT_MILLIS = 1_000;

    private final BrokerNode node;
    private final FaultProxy proxy;
    private final String user = "it-" + UUID.randomUUID();
    private final String password = Secrets.plain("user of the fault table");
    private Traffic traffic;
    private String queue;

    NodeFaults(BrokerNode node) throws Exception {
        this.node = node;
        this.proxy = FaultProxy.to(node);
        node.ctl("add_user", user, password);
        allow();
    }

    /** Starts traffic through the proxy over a fresh queue. */
    Traffic start(Path folder) throws Exception {
        try (Bare bare = new Bare(node.port())) {
            queue = bare.queue("faults", QUORUM);
        }
        node.flush();
        String address = proxy.host() + ":" + proxy.port();
        traffic = new Traffic(new Traffic.Plan(address, user, password, queue, 2, 60_000, folder));
        return traffic;
    }

    /** All of them, in the order of the table. */
    List<Fault> all() {
        Duration silence = seconds(3, 9);
        Duration aWhile = seconds(1, 5);
        Duration beyondDeadline = Traffic.PUBLISH_TIMEOUT.plusSeconds(1);
        return List.of(
                Fault.of("node killed with -9, restarted", aWhile, node::kill, this::launch),
                Fault.of("node restarted orderly", Duration.ZERO, node::stop, this::launch),
                Fault.of("node frozen", silence, node::freeze, Fault.by(node::thaw)),
                Fault.moment("connections reset (RST)", proxy::cut),
                Fault.moment("connections ended (FIN)", proxy::hangUp),
                Fault.of(
                        "black hole",
                        silence,
                        () -> proxy.blackHole(true),
                        Fault.by(() -> proxy.blackHole(false))),
                Fault.of(
                        "lost confirms (nothing comes from the broker)",
                        beyondDeadline,
                        () -> proxy.stall(Direction.DOWN, true),
                        Fault.by(() -> proxy.stall(Direction.DOWN, false))),
                Fault.of("slow (200 ms each way)", aWhile, () -> slow(SLOW), Fault.by(this::fast)),
                Fault.moment("close_all_connections", () -> node.closeConnections("fault table")),
                Fault.of(
                        "listeners suspended, connections closed",
                        aWhile,
                        this::suspend,
                        Fault.by(node::resumeListeners)),
                Fault.of(
                        "accepts and never answers",
                        seconds(2, 6),
                        this::mute,
                        Fault.by(() -> proxy.mute(false))),
                Fault.of(
                        "memory alarm",
                        beyondDeadline,
                        node::blockPublishers,
                        Fault.by(node::unblockPublishers)),
                Fault.of(
                        "disk alarm",
                        beyondDeadline,
                        () -> node.ctl("set_disk_free_limit", "100000000000000"),
                        Fault.by(() -> node.ctl("set_disk_free_limit", "10000000"))),
                Fault.moment("publisher's channel closed by the broker (404)", this::provoke404),
                Fault.of(
                                "consumer's channel closed by the broker (its timeout)",
                                Duration.ofMillis(2 * CONSUMER_TIMEOUT_MILLIS),
                                () -> traffic.holdDeliveries(true),
                                Fault.by(this::consumeInTime))
                        .prepared(() -> consumerTimeout(CONSUMER_TIMEOUT_MILLIS)),
                Fault.of(
                        // On 3.10 nobody is told of the end of a queue that is back at once.
                        "consumer cancelled by the broker (queue deleted, declared again)",
                        seconds(1, 1),
                        this::deleteQueue,
                        Fault.by(this::declareQueue)),
                Fault.of(
                        "permissions revoked, given back",
                        aWhile,
                        this::revoke,
                        Fault.by(this::allow)),
                Fault.of(
                        "password changed, changed back",
                        aWhile,
                        this::lockOut,
                        Fault.by(() -> node.ctl("change_password", user, password))));
    }

    private static Duration seconds(int brief, int full) {
        return Duration.ofSeconds(Traffic.FULL ? full : brief);
    }

    private long launch() {
        node.launch();
        node.awaitAccepting(BACK);
        return LedgerLog.now();
    }

    private void slow(Duration delay) {
        proxy.delay(Direction.UP, delay);
        proxy.delay(Direction.DOWN, delay);
    }

    private void fast() {
        slow(Duration.ZERO);
    }

    private void suspend() {
        node.suspendListeners();
        node.closeConnections("fault table");
    }

    private void mute() {
        proxy.mute(true);
        proxy.cut();
    }

    /** A neighbour on the same channel publishes to an exchange that has just gone. */
    private void provoke404() throws Exception {
        try (Bare bare = new Bare(node.port())) {
            String other = bare.queue("beside");
            String exchange = bare.exchange("beside", other);
            // From now on it is trusted, and a publish to it goes over everybody's channel.
            assertEquals(MqOutcome.CONFIRMED, traffic.publishBeside(exchange, other));
            bare.deleteExchange(exchange);
            assertEquals(MqOutcome.UNKNOWN, traffic.publishBeside(exchange, other));
            bare.deleteQueue(other);
        }
    }

    private void consumerTimeout(int millis) {
        set("consumer_timeout", millis);
        set("channel_tick_interval", millis / 4);
    }

    private void consumeInTime() {
        traffic.holdDeliveries(false);
        set("consumer_timeout", 1_800_000);
        set("channel_tick_interval", 60_000);
    }

    private void set(String name, int value) {
        node.eval("application:set_env(rabbit, " + name + ", " + value + ").");
    }

    /** Nothing may be in it: with the queue its messages go. */
    private void deleteQueue() throws Exception {
        traffic.pause(true);
        Until.holds("a pause of the publishers", SOON, () -> !traffic.isPublishing());
        Until.holds("an empty queue", SOON, traffic::allReceived);
        try (Bare bare = new Bare(node.port())) {
            bare.deleteQueue(queue);
        }
    }

    private void declareQueue() throws Exception {
        try (Bare bare = new Bare(node.port())) {
            bare.declare(queue, QUORUM);
        }
        traffic.pause(false);
    }

    /** An open channel goes on with the permissions that it knows. */
    private void revoke() {
        node.ctl("clear_permissions", "-p", VHOST, user);
        node.closeConnections("fault table");
    }

    private void allow() {
        node.ctl("set_permissions", "-p", VHOST, user, ".*", ".*", ".*");
    }

    private void lockOut() {
        node.ctl("change_password", user, Secrets.plain("changed password"));
        node.closeConnections("fault table");
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        node.ctl("delete_user", user);
    }
}
