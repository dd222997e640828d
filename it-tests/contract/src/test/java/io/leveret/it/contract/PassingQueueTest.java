package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Queues that go with their connection or their consumer: made again, and not let go for nothing.
 */
@Timeout(120)
class PassingQueueTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final BrokerNode node = Nodes.shared();
    private final String queue = Bare.name("passing");
    private final String exchange = Bare.name("exchange");
    private final CountDownLatch gate = new CountDownLatch(1);
    private final Bean bean =
            new Bean(
                    m -> {
                        if (m.text().equals("hang")) {
                            assertTrue(gate.await(2 * SOON.toMillis(), TimeUnit.MILLISECONDS));
                        }
                    });
    private FaultProxy proxy;
    private Rig rig;
    private Connection client;
    private Channel channel;

    @BeforeEach
    void setUp() throws Exception {
        client = Bare.factory(node.port()).newConnection("topology test");
        channel = client.createChannel();
        proxy = FaultProxy.to(node);
        rig = Rig.started(proxy.port());
    }

    @AfterEach
    void tearDown() throws Exception {
        gate.countDown();
        rig.close();
        proxy.close();
        client.abort(2_000);
        rig.assertContractKept();
    }

    /** Activates, and gives what JMX shows of it once it consumes. */
    private ActivationMXBean consume(MqActivationSpec spec) throws Exception {
        rig.container().activate(rig.endpoints(bean), spec);
        ActivationMXBean seen =
                new Jmx(Rig.connectionFactory(rig.pool()))
                        .names("Activation").stream()
                                .map(name -> Jmx.proxy(name, ActivationMXBean.class))
                                .filter(a -> a.getDestination().equals(destination(spec)))
                                .findFirst()
                                .orElseThrow();
        Until.holds("consumes", SOON, () -> seen.getState().equals("CONSUMING"));
        return seen;
    }

    private static String destination(MqActivationSpec spec) {
        return spec.getDestination() == null ? "" : spec.getDestination();
    }

    private MqActivationSpec spec(String options) {
        MqActivationSpec spec = rig.spec(queue);
        spec.setTopologyMode("DECLARE");
        spec.setQueueOptions(options);
        spec.setStuckThreshold("400");
        return spec;
    }

    /** No other connection may even look at an exclusive queue; the default exchange may. */
    private void publish(String to, String key, String text) throws Exception {
        channel.basicPublish(
                to,
                key,
                MessageProperties.PERSISTENT_TEXT_PLAIN,
                text.getBytes(StandardCharsets.UTF_8));
    }

    private void receivedAgain(String to, String key) throws Exception {
        publish(to, key, "first");
        Until.holds("the first", SOON, () -> bean.count() == 1);
        proxy.cut();
        Until.holds(
                "delivered again after a cut",
                SOON,
                () -> {
                    publish(to, key, "again");
                    return bean.count() > 1;
                });
    }

    @Test
    void anExclusiveQueueFollowsItsConnection() throws Exception {
        consume(spec("exclusive=true"));
        receivedAgain("", queue);
    }

    @Test
    void aQueueNamedByTheBrokerIsConsumedAndBoundUnderThatName() throws Exception {
        MqActivationSpec spec = spec(null);
        spec.setDestination(null);
        spec.setParkingQueue(queue);
        spec.setExchanges(exchange + " type=fanout");
        spec.setBindings(exchange);
        consume(spec);
        receivedAgain(exchange, "");
        Until.holds("one queue", SOON, () -> bindings() == 1);
    }

    private MqActivationSpec namedByTheBroker() {
        MqActivationSpec spec = spec("exclusive=true");
        spec.setDestination(null);
        spec.setParkingQueue(queue);
        spec.setExchanges(exchange + " type=topic");
        spec.setBindings(exchange + ": order.*, payment.#");
        return spec;
    }

    /** The names that the broker gave, by what is bound to the exchange. */
    private List<String> bound() {
        return node.ctl("list_bindings", "source_name", "destination_name", "routing_key")
                .lines()
                .filter(line -> line.startsWith(exchange + "\t"))
                .map(line -> line.split("\t")[1])
                .toList();
    }

    /** Another queue is there, with both bindings, and takes what is published from now on. */
    private void anotherQueueHasTaken(String old) throws Exception {
        Until.holds(
                "another queue, bound twice",
                SOON,
                () -> {
                    List<String> names = bound();
                    return names.size() == 2 && !names.contains(old);
                });
        int before = bean.count();
        publish(exchange, "order.new", "after: by key");
        publish(exchange, "payment.a.b", "after: by another key");
        Until.holds("what came after", SOON, () -> bean.count() == before + 2);
        assertEquals(
                List.of("after: by key", "after: by another key"),
                bean.texts().subList(before, before + 2));
    }

    @Test
    void anExclusiveQueueNamedByTheBrokerIsReplacedByAnotherOneWithItsBindings() throws Exception {
        ActivationMXBean seen = consume(namedByTheBroker());
        String first = bound().get(0);
        assertTrue(first.startsWith("amq.gen"), first);

        proxy.cut();
        anotherQueueHasTaken(first);
        String second = bound().get(0);

        node.ctl("delete_queue", second); // the broker cancels the consumer
        anotherQueueHasTaken(second);

        seen.stop();
        Until.holds("paused", SOON, () -> "PAUSED".equals(seen.getState()));
        seen.start();
        Until.holds("consumes", SOON, () -> "CONSUMING".equals(seen.getState()));
        publish(exchange, "order.last", "after a pause");
        Until.holds("it", SOON, () -> bean.texts().contains("after a pause"));
    }

    @Test
    void anExclusiveQueueNamedByTheBrokerIsMadeAnewAtTheOtherAddress() throws Exception {
        rig.close();
        try (FaultProxy other = FaultProxy.to(node)) {
            rig =
                    new Rig(proxy.port())
                            .with(
                                    a ->
                                            a.setAddresses(
                                                    "127.0.0.1:"
                                                            + proxy.port()
                                                            + ",127.0.0.1:"
                                                            + other.port()))
                            .start();
            consume(namedByTheBroker());
            String first = bound().get(0);
            FaultProxy used = proxy.connections() > 0 ? proxy : other;
            FaultProxy left = used == proxy ? other : proxy;
            assertEquals(0, left.connections());

            used.refuse(true);
            used.cut();
            anotherQueueHasTaken(first);
            assertTrue(left.connections() > 0);
            rig.close();
        }
    }

    private long bindings() {
        return node.ctl("list_bindings", "source_name", "destination_name")
                .lines()
                .filter(line -> line.startsWith(exchange + "\tamq.gen"))
                .count();
    }

    /** Other activations come and go, so that another connection is the one with most room. */
    @Test
    void anExclusiveQueueIsConsumedAgainOverTheConnectionThatHasIt() throws Exception {
        String others = queue + "-others";
        channel.queueDeclare(others, true, false, false, Map.of());
        rig.consume(others, new Bean());
        consumers(others, 1);
        FakeEndpoints second = rig.endpoints(new Bean());
        MqActivationSpec secondSpec = rig.spec(others);
        rig.container().activate(second, secondSpec);
        consumers(others, 2);
        ActivationMXBean seen = consume(spec("exclusive=true"));
        hang(seen);
        Until.holds("it is left", SOON, () -> seen.getSessionsConsuming() == 0);
        rig.container().deactivate(second, secondSpec);
        gate.countDown();
        Until.holds("what was behind it", SOON, () -> bean.texts().contains("behind"));
    }

    private void consumers(String of, int count) throws Exception {
        Until.holds(
                "consumers",
                SOON,
                () -> channel.queueDeclarePassive(of).getConsumerCount() == count);
    }

    private void hang(ActivationMXBean seen) throws Exception {
        publish("", queue, "hang");
        publish("", queue, "behind");
        Until.holds("it hangs", SOON, () -> seen.getSessionsStuck() == 1);
    }

    /** A cancel would delete the queue, and what is in it. */
    @Test
    void aQueueThatGoesWithItsConsumerIsNotLeftWhenADeliveryHangs() throws Exception {
        ActivationMXBean seen = consume(spec("auto-delete=true"));
        hang(seen);
        Until.never(
                "its consumer goes",
                Duration.ofSeconds(1),
                () -> channel.queueDeclarePassive(queue).getConsumerCount() == 0);
        gate.countDown();
        Until.holds("what was behind it", SOON, () -> bean.texts().contains("behind"));
        assertEquals(List.of("hang", "behind"), bean.texts());
    }
}
