package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What may still be settled after the broker has cancelled a consumer, by a bare client, and what
 * the adapter makes of it.
 */
@Timeout(60)
class BrokerCancelTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int TIMEOUT_MILLIS = 1_000;
    private static final int PREFETCH = 2;
    private static final int MESSAGES = 30;

    private final Queue<Long> tags = new ConcurrentLinkedQueue<>();
    private final AtomicInteger cancels = new AtomicInteger();
    private Bare bare;
    private Connection connection;
    private Channel channel;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        connection = Bare.factory(Nodes.shared().port()).newConnection("cancelled");
        channel = connection.createChannel();
        channel.basicQos(PREFETCH);
    }

    @AfterEach
    void tearDown() throws Exception {
        connection.abort(1_000);
        bare.close();
    }

    /** Remembers what it gets and settles nothing. */
    private final class Keeper extends DefaultConsumer {

        Keeper() {
            super(channel);
        }

        @Override
        public void handleDelivery(
                String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
            tags.add(envelope.getDeliveryTag());
        }

        @Override
        public void handleCancel(String tag) {
            cancels.incrementAndGet();
        }
    }

    private String filled(String type) throws Exception {
        String queue = bare.queue("cancelled", Map.of("x-queue-type", type));
        for (int i = 0; i < 3 * PREFETCH; i++) {
            bare.publish(queue, "m" + i);
        }
        return queue;
    }

    private void consume(String queue, Map<String, Object> arguments) throws Exception {
        channel.basicConsume(queue, false, "", false, false, arguments, new Keeper());
        Until.holds("deliveries", SOON, () -> tags.size() == PREFETCH);
    }

    private void settle() throws Exception {
        for (long tag : tags) {
            channel.basicAck(tag, false);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "quorum"})
    void whatADeletedQueueHadDeliveredMayBeSettledWithoutEffect(String type) throws Exception {
        String queue = filled(type);
        consume(queue, Map.of());

        bare.deleteQueue(queue);
        Until.holds("the cancel", SOON, () -> cancels.get() == 1);
        settle();

        // A round trip on the same channel: an error would have come before its answer.
        channel.basicQos(PREFETCH);
        assertTrue(channel.isOpen());
    }

    @Test
    void settlingWhatTimedOutHasTheBrokerDeliverToTheCancelledConsumer() throws Exception {
        Versions.assumeCancelsConsumers(Nodes.shared());
        String queue = filled("quorum");
        Queue<Long> unsolicited = new ConcurrentLinkedQueue<>();
        channel.setDefaultConsumer(
                new DefaultConsumer(channel) {
                    @Override
                    public void handleDelivery(
                            String tag, Envelope e, AMQP.BasicProperties properties, byte[] body) {
                        unsolicited.add(e.getDeliveryTag());
                    }
                });
        consume(queue, Map.of("x-consumer-timeout", TIMEOUT_MILLIS));
        Until.holds("the cancel", SOON, () -> cancels.get() == 1);

        settle();

        Until.holds("deliveries to nobody", SOON, () -> unsolicited.size() == PREFETCH);
        assertTrue(connection.isOpen());
    }

    @Test
    void settlingWhatTimedOutCostsAPlainClientItsConnection() throws Exception {
        Versions.assumeCancelsConsumers(Nodes.shared());
        consume(filled("quorum"), Map.of("x-consumer-timeout", TIMEOUT_MILLIS));
        Until.holds("the cancel", SOON, () -> cancels.get() == 1);

        settle();

        Until.holds("the end of the connection", SOON, () -> !connection.isOpen());
    }

    @Test
    void aListenerThatTakesTooLongLosesItsSubscriptionAndNothingElse() throws Exception {
        try (LogLines lost = new LogLines("lost its subscription")) {
            cancelWhileTheListenerRuns(
                    (proxy, queue, late) -> {
                        Until.holds("the cancel", SOON, () -> lost.count() > 0);
                        late.countDown();
                    });
        }
    }

    @Test
    void aSettlementThatCrossesTheCancelCostsNoConnection() throws Exception {
        cancelWhileTheListenerRuns(
                (proxy, queue, late) -> {
                    // The cancel reaches the adapter when it has settled its deliveries.
                    proxy.stall(Direction.DOWN, true);
                    Until.holds("the cancel", SOON, () -> bare.ready(queue) == MESSAGES);
                    late.countDown();
                    // What timed out is ready again, and as much is on its way to the cancelled
                    // consumer.
                    Until.holds(
                            "deliveries to nobody",
                            SOON,
                            () -> bare.ready(queue) == MESSAGES - PREFETCH);
                    proxy.stall(Direction.DOWN, false);
                });
    }

    private interface Cancel {
        void await(FaultProxy proxy, String queue, CountDownLatch late) throws Exception;
    }

    /** The first deliveries end when the latch is open; then all is processed, by one consumer. */
    private void cancelWhileTheListenerRuns(Cancel cancel) throws Exception {
        Versions.assumeCancelsConsumers(Nodes.shared());
        String queue = bare.queue("late", Map.of("x-queue-type", "quorum"));
        for (int i = 0; i < MESSAGES; i++) {
            bare.publish(queue, "m" + i);
        }
        CountDownLatch late = new CountDownLatch(1);
        Set<String> done = ConcurrentHashMap.newKeySet();
        String before = timeout(String.valueOf(TIMEOUT_MILLIS));
        try (FaultProxy proxy = FaultProxy.to(Nodes.shared());
                Rig rig = Rig.started(proxy.port())) {
            FakeEndpoints endpoints =
                    rig.endpoints(
                            message -> {
                                assertTrue(late.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                                done.add(message.text());
                            });
            MqActivationSpec spec = rig.spec(queue);
            spec.setPrefetch(String.valueOf(PREFETCH));
            rig.container().activate(endpoints, spec);
            Until.holds("deliveries", SOON, () -> bare.ready(queue) == MESSAGES - PREFETCH);

            cancel.await(proxy, queue, late);

            Until.holds("all of them", SOON, () -> done.size() == MESSAGES);
            Until.holds("one consumer", SOON, () -> bare.consumers(queue) == 1);
            assertEquals(1, proxy.accepted(), "connections");
            rig.container().deactivate(endpoints, spec);
            rig.assertContractKept();
        } finally {
            timeout(before);
        }
        assertEquals(0, bare.ready(queue));
    }

    /** Sets after how long the node cancels consumers, ms, and gives what it was. */
    private static String timeout(String millis) {
        return Nodes.shared()
                .eval(
                        "{ok, Before} = application:get_env(rabbit, consumer_timeout),"
                                + " application:set_env(rabbit, consumer_timeout, "
                                + millis
                                + "), Before.");
    }
}
