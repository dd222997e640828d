package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the broker refuses to one activation costs that one its channel, is told once and tried
 * again; the others on the same connection notice nothing.
 */
@Timeout(120)
class BadActivationTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Bean good = new Bean();
    private final Bean bad = new Bean();
    private BrokerUser user;
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String goodQueue;
    private FakeEndpoints goodEndpoints;

    @BeforeEach
    void setUp() throws Exception {
        BrokerNode node = Nodes.shared();
        bare = new Bare(node.port());
        proxy = FaultProxy.to(node);
        goodQueue = bare.queue("good");
        user = BrokerUser.on(node);
        rig = new Rig(proxy.port()).with(a -> a.setConnections("1")).as(user).start();
        goodEndpoints = rig.consume(goodQueue, good);
        bare.publish(goodQueue, "first");
        Until.holds("the good one consumes", SOON, () -> good.count() == 1);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        user.close();
        rig.assertContractKept();
    }

    /** Activates the bad one, waits until it has been refused several times and then lets it in. */
    private void refusedUntil(String code, String queue, MqActivationSpec spec, Mending mending)
            throws Exception {
        try (LogLines told = new LogLines("cannot consume from queue '" + queue + "'")) {
            rig.container().activate(rig.endpoints(bad), spec);
            Until.holds("the refusal", SOON, () -> told.count() > 0);
            assertTrue(
                    told.lines().get(0).contains(code), () -> code + " in " + told.lines().get(0));
            Until.holds("attempts", SOON, () -> attempts() >= 3);
            bare.publish(goodQueue, "meanwhile");
            Until.holds("the good one goes on", SOON, () -> good.count() == 2);
            assertEquals(1, told.count(), told.lines()::toString);
        }
        mending.run();
        bare.publish(queue, "at last");
        Until.holds("the bad one consumes", SOON, () -> bad.count() == 1);
        bare.publish(goodQueue, "last");
        Until.holds("the good one goes on", SOON, () -> good.count() == 3);
        assertEquals(3, goodEndpoints.commits());
        assertEquals(1, proxy.accepted(), "connections");
    }

    private interface Mending {
        void run() throws Exception;
    }

    private int attempts() throws Exception {
        return new Jmx(Rig.connectionFactory(rig.pool()))
                .names("Activation").stream()
                        .map(name -> Jmx.proxy(name, ActivationMXBean.class))
                        .mapToInt(ActivationMXBean::getAttempts)
                        .max()
                        .orElse(0);
    }

    @Test
    void aMissingQueue() throws Exception {
        String queue = Bare.name("missing");
        refusedUntil("404", queue, rig.spec(queue), () -> bare.declare(queue, Map.of()));
    }

    @Test
    void aQueueThatTheUserMayNotRead() throws Exception {
        String queue = bare.queue("forbidden");
        user.mayRead("good-.*");
        refusedUntil("403", queue, rig.spec(queue), () -> user.mayRead(".*"));
    }

    @Test
    void aQueueThatBelongsToAnotherConnection() throws Exception {
        String queue = Bare.name("locked");
        Connection owner = Bare.factory(Nodes.shared().port()).newConnection("owner");
        try {
            Channel channel = owner.createChannel();
            channel.queueDeclare(queue, false, true, false, Map.of());
            refusedUntil(
                    "405",
                    queue,
                    rig.spec(queue),
                    () -> {
                        owner.close(1_000);
                        bare.declare(queue, Map.of());
                    });
        } finally {
            owner.abort(1_000);
        }
    }

    /**
     * On brokers before 4.3 the broker closes the channel, on later ones it cancels the consumer.
     */
    @Test
    void aDeliveryThatIsNotSettledInTime() throws Exception {
        BrokerNode node = Nodes.shared();
        String queue = bare.queue("late", Map.of("x-queue-type", "quorum"));
        CountDownLatch late = new CountDownLatch(1);
        bad.then(
                m -> {
                    if (!m.redelivered()) {
                        assertTrue(late.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                    }
                });
        String timeout = environment(node, "consumer_timeout", "1000");
        String tick = environment(node, "channel_tick_interval", "500");
        try (LogLines lost = new LogLines("lost its subscription")) {
            rig.container().activate(rig.endpoints(bad), rig.spec(queue));
            bare.publish(queue, "m");
            Until.holds("the delivery", SOON, () -> bad.count() == 1);
            Until.holds("the loss", SOON, () -> lost.count() == 1);
            bare.publish(goodQueue, "meanwhile");
            Until.holds("the good one goes on", SOON, () -> good.count() == 2);
            late.countDown();
            Until.holds("the delivery again", SOON, () -> bad.count() == 2);
        } finally {
            environment(node, "consumer_timeout", timeout);
            environment(node, "channel_tick_interval", tick);
        }
        assertTrue(bad.seen().get(1).possibleDuplicate());
        assertEquals(1, proxy.accepted(), "connections");
        rig.close();
        assertEquals(0, bare.ready(queue));
    }

    private static String environment(BrokerNode node, String name, String value) {
        return node.eval(
                        "Before = application:get_env(rabbit, "
                                + name
                                + ", undefined), application:set_env(rabbit, "
                                + name
                                + ", "
                                + value
                                + "), Before.")
                .trim();
    }
}
