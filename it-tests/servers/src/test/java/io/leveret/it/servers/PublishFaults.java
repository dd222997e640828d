package io.leveret.it.servers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.leveret.MqOutcome;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.servers.publish.Destination;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Does to broker, network and server what the ledger run of publishing is about. Every fault makes
 * sure that it had an effect. One thread at a time.
 */
final class PublishFaults {

    /** The id of messages that only take up room. */
    static final String FILLER = "filler";

    /** The queue for what committed transactions can never publish. */
    static final String PARKING = "publish.parking";

    /** So many messages at least are lost when the server is killed. */
    static final int LOST = 20;

    private static final Duration NOTICED = Duration.ofSeconds(60);
    private static final String POLICY = "full";
    private static final String BESIDE = "publish.beside";
    private static final Destination ROUTED = Destination.ROUTED;
    private static final Destination BOUNDED = Destination.BOUNDED;
    private static final int BATCH = 100;
    private static final int CONFIRM_MILLIS = 10_000;

    private final BrokerNode broker;
    private final FaultProxy proxy;
    private final WildFlyProcess server;
    private final PublishLoad load;
    private final int room;
    private int stalls;

    /**
     * Prepares them.
     *
     * @param proxy what the server's connections go through
     * @param room more messages than come to a queue while it is given a limit
     */
    PublishFaults(
            BrokerNode broker,
            FaultProxy proxy,
            WildFlyProcess server,
            PublishLoad load,
            int room) {
        this.broker = broker;
        this.proxy = proxy;
        this.server = server;
        this.load = load;
        this.room = room;
    }

    /** Breaks and mends. */
    void run(PublishFault fault) throws Exception {
        switch (fault) {
            case BROKER_KILL -> {
                broker.kill();
                broker.restart();
            }
            case BROKER_FREEZE -> until(MqOutcome.UNKNOWN, broker::freeze, () -> broker.thaw());
            case CUT -> reconnected(proxy::cut);
            case FORCE_CLOSE -> reconnected(() -> broker.closeConnections("ledger run"));
            case BLOCKED ->
                    until(MqOutcome.NOT_SENT, broker::blockPublishers, broker::unblockPublishers);
            case STALL -> {
                Direction direction = stalls++ % 2 == 0 ? Direction.DOWN : Direction.UP;
                until(
                        MqOutcome.UNKNOWN,
                        () -> proxy.stall(direction, true),
                        () -> proxy.stall(direction, false));
            }
            case QUEUE_FULL -> until(MqOutcome.NACKED, this::fill, this::lift);
            case ROUTE_MISSING -> until(MqOutcome.RETURNED, this::unbind, this::declareRoute);
            case EXCHANGE_DELETED ->
                    until(
                            MqOutcome.RETURNED,
                            () -> deleteExchange(ROUTED.exchange()),
                            this::declareRoute);
            case NEIGHBOUR -> provoke404();
            case SERVER_KILL -> killServer();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    /** Keeps something up until publishes have ended so because of it. */
    private void until(MqOutcome outcome, Step begin, Step end) throws Exception {
        begin.run();
        try {
            long before = ended(outcome);
            awaitMore(outcome.name(), before, () -> ended(outcome));
        } finally {
            end.run();
        }
    }

    private long ended(MqOutcome outcome) {
        return load.counts().ended(outcome);
    }

    private static void awaitMore(String what, long before, Callable<Long> count) {
        Eventually.value(what, NOTICED, count, now -> now > before);
    }

    private void reconnected(Step step) throws Exception {
        long before = proxy.accepted();
        step.run();
        awaitMore("connections accepted", before, () -> (long) proxy.accepted());
    }

    // --- what the broker holds ---

    private interface Work {
        void with(Channel channel) throws Exception;
    }

    private void bare(Work work) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        try (Connection connection = factory.newConnection("ledger run");
                Channel channel = connection.createChannel()) {
            work.with(channel);
        }
    }

    /** Declares all queues, and how they are reached. */
    void declare() throws Exception {
        bare(
                channel -> {
                    for (Destination destination : Destination.values()) {
                        channel.queueDeclare(
                                destination.queue(),
                                true,
                                false,
                                false,
                                Map.of("x-queue-type", destination.type()));
                    }
                    channel.queueDeclare(PARKING, true, false, false, Map.of());
                });
        declareRoute();
    }

    private void declareRoute() throws Exception {
        bare(
                channel -> {
                    channel.exchangeDeclare(ROUTED.exchange(), BuiltinExchangeType.DIRECT, true);
                    channel.queueBind(ROUTED.queue(), ROUTED.exchange(), ROUTED.queue());
                });
        broker.flush();
    }

    private void unbind() throws Exception {
        bare(channel -> channel.queueUnbind(ROUTED.queue(), ROUTED.exchange(), ROUTED.queue()));
    }

    private void deleteExchange(String name) throws Exception {
        bare(channel -> channel.exchangeDelete(name));
    }

    /**
     * Has the queue refuse what comes beyond a length, and fills it up to that. The length is more
     * than what it holds then: of what is beyond it already it would drop the oldest.
     */
    private void fill() throws Exception {
        bare(
                channel -> {
                    int limit = length(channel) + room;
                    broker.ctl(
                            "set_policy",
                            "--apply-to",
                            "queues",
                            POLICY,
                            "^" + BOUNDED.queue() + "$",
                            "{\"max-length\":" + limit + ",\"overflow\":\"reject-publish\"}");
                    if (length(channel) >= limit) {
                        throw new AssertionError("it was filled before it was limited");
                    }
                    channel.confirmSelect();
                    AMQP.BasicProperties filler =
                            MessageProperties.PERSISTENT_BASIC.builder().messageId(FILLER).build();
                    for (int sent = 0; channel.waitForConfirms(CONFIRM_MILLIS); sent += BATCH) {
                        if (sent > 2 * room) {
                            throw new AssertionError("there is no limit at " + limit);
                        }
                        for (int i = 0; i < BATCH; i++) {
                            channel.basicPublish("", BOUNDED.queue(), filler, new byte[0]);
                        }
                    }
                });
    }

    private static int length(Channel channel) throws IOException {
        return channel.queueDeclarePassive(BOUNDED.queue()).getMessageCount();
    }

    private void lift() {
        broker.ctl("clear_policy", POLICY);
    }

    /** A neighbour trusts an exchange, and it goes: its publish takes everybody's channel along. */
    private void provoke404() throws Exception {
        bare(
                channel -> {
                    channel.exchangeDeclare(BESIDE, BuiltinExchangeType.DIRECT);
                    channel.queueDeclare(BESIDE, false, false, false, Map.of());
                    channel.queueBind(BESIDE, BESIDE, BESIDE);
                });
        awaitBeside("CONFIRMED", true);
        deleteExchange(BESIDE);
        awaitBeside("CONFIRMED", false);
        bare(channel -> channel.queueDelete(BESIDE));
    }

    private void awaitBeside(String outcome, boolean wanted) {
        Eventually.value(
                "a publish beside, " + outcome + " being " + wanted,
                NOTICED,
                () -> load.publishBeside(BESIDE, BESIDE),
                answer -> answer.equals(outcome) == wanted);
    }

    /** What has committed meanwhile is not published, and dies with the server. */
    private void killServer() throws Exception {
        proxy.stall(Direction.UP, true);
        try {
            Eventually.value(
                    "waiting after a commit",
                    NOTICED,
                    () -> load.counts().waiting(),
                    count -> count >= LOST);
            server.kill();
            proxy.cut(); // with what it has taken and not handed on
        } finally {
            proxy.stall(Direction.UP, false);
        }
        server.start();
        load.start();
    }

    /** How many channels were opened, and closed, since the broker has started. */
    String channelCounters() {
        return broker.eval(
                "[_, _, _, Opened, Closed | _] ="
                        + " tuple_to_list(hd(ets:lookup(connection_churn_metrics, node()))),"
                        + " {Opened, Closed}.");
    }
}
