package io.leveret.it.servers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.ledger.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Does to broker, network and server what the ledger run is about. Every fault makes sure that it
 * had an effect. One thread at a time.
 */
final class ReceiveFaults {

    private static final Map<String, Object> QUORUM = Map.of("x-queue-type", "quorum");
    private static final Duration NOTICED = Duration.ofSeconds(60);
    private static final int CONFIRM_MILLIS = 10_000;

    /**
     * How long a consumer may hold a delivery where the broker cancels it then. On a busy machine
     * the first connection to the database alone has taken more than ten seconds.
     */
    private static final int CONSUMER_TIMEOUT_MILLIS = 25_000;

    private static final int HOLD_MILLIS = CONSUMER_TIMEOUT_MILLIS + 4_000;

    private final BrokerNode broker;
    private final FaultProxy proxy;
    private final WildFlyProcess server;
    private final Path application;
    private final List<Route> routes;
    private final Route spare;
    private int restarts;
    private int closes;
    private int cancels;

    /**
     * Prepares them.
     *
     * @param proxy what the server's connections go through
     * @param application the archive that is deployed
     * @param routes those with traffic
     * @param spare the one whose queue may be deleted
     */
    ReceiveFaults(
            BrokerNode broker,
            FaultProxy proxy,
            WildFlyProcess server,
            Path application,
            List<Route> routes,
            Route spare) {
        this.broker = broker;
        this.proxy = proxy;
        this.server = server;
        this.application = application;
        this.routes = routes;
        this.spare = spare;
    }

    /** How the broker is started. */
    static BrokerOptions brokerOptions() {
        BrokerOptions options = BrokerOptions.defaults();
        // Before 4.3 it closes the channel instead, and only looks once a minute.
        return options.version().equals("latest")
                ? options.withConfig("consumer_timeout = " + CONSUMER_TIMEOUT_MILLIS)
                : options;
    }

    void run(ReceiveFault fault) throws Exception {
        switch (fault) {
            case BROKER_RESTART -> restartBroker();
            case CUT -> cut();
            case CHANNEL_CLOSE -> closeChannel();
            case CANCEL -> cancel();
            case REDEPLOYMENT -> redeploy();
            case SERVER_KILL -> killServer();
        }
    }

    private void restartBroker() {
        if (restarts++ % 2 == 0) {
            broker.kill();
        } else {
            broker.stop();
        }
        broker.restart();
    }

    private void cut() {
        if (proxy.connections() == 0) {
            throw new AssertionError("there is no connection to cut");
        }
        proxy.cut();
    }

    /** As the broker does when a client breaks the protocol: here it believes that one did. */
    private void closeChannel() {
        Route route = routes.get(closes++ % routes.size());
        String close =
                "case [Channel || Consumer <- rabbit_amqqueue:consumers_all(<<\"/\">>),"
                        + " {queue_name, {resource, _, queue, <<\"QUEUE\">>}} <- Consumer,"
                        + " {channel_pid, Channel} <- Consumer] of"
                        + " [First | _] -> Monitor = monitor(process, First),"
                        + " rabbit_channel_common:do("
                        + "First, {'basic.ack', 18446744073709551615, false}),"
                        + " receive {'DOWN', Monitor, _, _, _} -> closed"
                        + " after 10000 -> open end;"
                        // A busy broker does not always know.
                        + " [] -> no_consumer_known end.";
        Eventually.value(
                "channel of " + route.queue(),
                NOTICED,
                () -> broker.ctl("eval", close.replace("QUEUE", route.queue())).strip(),
                "closed"::equals);
    }

    private void cancel() throws Exception {
        long before = lostSubscriptions();
        if (cancelsOnTimeout()) {
            routes.get(cancels++ % routes.size()).holdNext(HOLD_MILLIS);
            awaitLostSubscription(before);
        } else {
            broker.ctl("delete_queue", spare.queue());
            awaitLostSubscription(before);
            declare(spare.queue());
            publishToSpare();
        }
    }

    private boolean cancelsOnTimeout() {
        String[] version = broker.version().split("\\.");
        int major = Integer.parseInt(version[0]);
        return major > 4 || major == 4 && Integer.parseInt(version[1]) >= 3;
    }

    private void awaitLostSubscription(long before) {
        Eventually.value(
                "cancelled consumers", NOTICED, this::lostSubscriptions, count -> count > before);
    }

    private long lostSubscriptions() throws Exception {
        return server.log().lines().filter(l -> l.contains("lost its subscription")).count();
    }

    private void redeploy() throws Exception {
        server.management().undeploy(ReceiveApplication.NAME);
        server.management().deploy(application);
    }

    private void killServer() throws Exception {
        server.kill();
        server.start();
    }

    // --- queues ---

    private interface Work<T> {
        T with(Channel channel) throws Exception;
    }

    private <T> T bare(Work<T> work) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        factory.setAutomaticRecoveryEnabled(false);
        try (Connection connection = factory.newConnection("ledger run");
                Channel channel = connection.createChannel()) {
            return work.with(channel);
        }
    }

    void declare(String queue) throws Exception {
        bare(channel -> channel.queueDeclare(queue, true, false, false, QUORUM));
        broker.flush();
    }

    /** Publishes one message to the queue that has no traffic of its own. */
    void publishToSpare() throws Exception {
        Route.Next next = spare.next();
        bare(
                channel -> {
                    channel.confirmSelect();
                    AMQP.BasicProperties properties =
                            MessageProperties.PERSISTENT_BASIC
                                    .builder()
                                    .messageId(next.id())
                                    .build();
                    channel.basicPublish("", spare.queue(), true, properties, new byte[1]);
                    channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
                    return null;
                });
        next.ended(Outcome.CONFIRMED);
    }

    /** How many consumers each queue has. */
    List<Integer> consumers() throws Exception {
        return bare(
                channel -> {
                    List<Integer> counts = new ArrayList<>();
                    for (Route route : routes) {
                        counts.add(channel.queueDeclarePassive(route.queue()).getConsumerCount());
                    }
                    counts.add(channel.queueDeclarePassive(spare.queue()).getConsumerCount());
                    return counts;
                });
    }
}
