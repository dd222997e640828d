package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Connection;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import jakarta.resource.spi.InvalidPropertyException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A topology that the broker refuses is told once, in the broker's words, and tried again; nothing
 * is changed or deleted, and the other activations notice nothing.
 */
@Timeout(120)
class BadTopologyTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final String queue = Bare.name("bad");
    private final String exchange = Bare.name("bad-exchange");
    private Bean good;
    private final Bean bad = new Bean();
    private BrokerNode node;
    private BrokerUser user;
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String goodQueue;

    @BeforeEach
    void setUp() throws Exception {
        begin(Nodes.shared());
    }

    private void begin(BrokerNode on) throws Exception {
        node = on;
        good = new Bean();
        bare = new Bare(node.port());
        proxy = FaultProxy.to(node);
        goodQueue = bare.queue("good");
        user = BrokerUser.on(node);
        rig = new Rig(proxy.port()).with(a -> a.setConnections("1")).as(user).start();
        rig.consume(goodQueue, good);
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

    private MqActivationSpec spec(String mode) {
        MqActivationSpec spec = rig.spec(queue);
        spec.setTopologyMode(mode);
        return spec;
    }

    private interface Mending {
        void run() throws Exception;
    }

    /** Activates, waits until it has been refused several times and then lets it in. */
    private void refusedUntil(MqActivationSpec spec, String what, String words, Mending mending)
            throws Exception {
        refused(spec, what, words);
        mending.run();
        Until.holds("the bad one consumes", SOON, () -> consuming() == 2);
        bare.publish(queue, "at last");
        Until.holds("the bad one receives", SOON, () -> bad.count() == 1);
    }

    private void refused(MqActivationSpec spec, String what, String words) throws Exception {
        try (LogLines told = new LogLines(what);
                LogLines lost = new LogLines("lost its subscription")) {
            rig.container().activate(rig.endpoints(bad), spec);
            Until.holds("the refusal", SOON, () -> told.count() > 0);
            String line = told.lines().get(0);
            assertTrue(line.contains(words), line);
            Until.holds("attempts", SOON, () -> attempts() >= 3);
            bare.publish(goodQueue, "meanwhile");
            Until.holds("the good one goes on", SOON, () -> good.count() == 2);
            assertEquals(1, told.count(), told.lines()::toString);
            assertEquals(0, lost.count(), lost.lines()::toString);
        }
    }

    private long consuming() throws Exception {
        return activations().filter(a -> a.getState().equals("CONSUMING")).count();
    }

    private int attempts() throws Exception {
        return activations().mapToInt(ActivationMXBean::getAttempts).max().orElse(0);
    }

    private Stream<ActivationMXBean> activations() throws Exception {
        return new Jmx(Rig.connectionFactory(rig.pool()))
                .names("Activation").stream().map(name -> Jmx.proxy(name, ActivationMXBean.class));
    }

    // --- 406 ---

    @Test
    void anotherQueueOfThatName() throws Exception {
        bare.declare(queue, Map.of("x-queue-type", "quorum", "x-max-length", 5));
        bare.publish(queue, "kept");
        refusedUntil(
                spec("DECLARE"),
                "cannot declare queue '"
                        + queue
                        + "' (it exists and is different, and nothing was"
                        + " changed",
                "inequivalent arg 'x-max-length'",
                () -> {
                    assertEquals(1, bare.ready(queue), "it is as it was");
                    bare.deleteQueue(queue);
                });
    }

    @Test
    void anotherTypeOfQueue() throws Exception {
        bare.declare(queue, Map.of("x-queue-type", "classic"));
        refusedUntil(
                spec("DECLARE"),
                "cannot declare queue '" + queue + "'",
                "inequivalent arg 'x-queue-type'",
                () -> bare.deleteQueue(queue));
    }

    @Test
    void anotherExchangeOfThatName() throws Exception {
        MqActivationSpec spec = spec("DECLARE");
        String name = bare.exchange("taken", goodQueue);
        spec.setExchanges(name + " type=topic");
        refusedUntil(
                spec,
                "cannot declare exchange '" + name + "' (it exists and is different",
                "inequivalent arg 'type'",
                () -> bare.deleteExchange(name));
    }

    // --- 404 ---

    @Test
    void aMissingQueueWhenOnlyLooking() throws Exception {
        refusedUntil(
                spec("PASSIVE"),
                "cannot find queue '" + queue + "' (make it, or use topologyMode=DECLARE)",
                "404",
                () -> bare.declare(queue, Map.of()));
    }

    @Test
    void aMissingExchangeWhenOnlyLooking() throws Exception {
        bare.declare(queue, Map.of());
        MqActivationSpec spec = spec("PASSIVE");
        String name = Bare.name("unmade");
        spec.setBindings(name + ": k");
        refused(spec, "cannot find exchange '" + name + "'", "404");
        assertEquals(0, bare.consumers(queue));
    }

    @Test
    void aBindingToAMissingExchange() throws Exception {
        MqActivationSpec spec = spec("DECLARE");
        String name = Bare.name("unmade");
        spec.setBindings(name + ": k");
        refused(
                spec,
                "cannot bind queue '" + queue + "' to exchange '" + name + "' (name the exchange",
                "404");
    }

    // --- 403, 405 ---

    @Test
    void aUserThatMayNotDeclare() throws Exception {
        user.mayConfigure("nothing");
        refusedUntil(
                spec("DECLARE"),
                "cannot declare queue '" + queue + "' (grant the user what the broker names",
                "403",
                () -> user.mayConfigure(".*"));
    }

    @Test
    void aUserThatMayNotDeclareMayLook() throws Exception {
        user.mayConfigure("nothing");
        bare.declare(queue, Map.of());
        rig.container().activate(rig.endpoints(bad), spec("PASSIVE"));
        bare.publish(queue, "m");
        Until.holds("the message", SOON, () -> bad.count() == 1);
    }

    @Test
    void aQueueOfAnotherConnection() throws Exception {
        Connection owner = Bare.factory(node.port()).newConnection("owner");
        try {
            owner.createChannel().queueDeclare(queue, false, true, false, Map.of());
            refusedUntil(
                    spec("DECLARE"),
                    "cannot declare queue '" + queue + "' (it belongs to another connection",
                    "405",
                    () -> owner.close(1_000));
        } finally {
            owner.abort(1_000);
        }
    }

    // --- what costs the connection ---

    /** RabbitMQ 3 closes the connection for it, which must not be the others'. */
    @Test
    void aTypeOfExchangeThatTheBrokerDoesNotHave() throws Exception {
        MqActivationSpec spec = spec("DECLARE");
        spec.setExchanges(exchange + " type=x-no-such-type");
        refused(spec, "cannot declare exchange '" + exchange + "'", "unknown exchange type");
    }

    /** So does RabbitMQ 4 for a queue that it is told not to permit. */
    @Test
    void aTransientQueueThatIsNotPermitted() throws Exception {
        Versions.assumeDeniesTransientQueues(node);
        tearDown();
        try (BrokerNode denying =
                BrokerNode.start(
                        BrokerOptions.defaults()
                                .withConfig(
                                        "deprecated_features.permit.transient_nonexcl_queues ="
                                                + " false"))) {
            begin(denying);
            MqActivationSpec spec = spec("DECLARE");
            spec.setQueueOptions("durable=false");
            refused(
                    spec,
                    "cannot declare queue '"
                            + queue
                            + "' (this broker does not permit it any more)",
                    "541");
            tearDown();
        }
        begin(Nodes.shared());
    }

    // --- settings ---

    @Test
    void allErrorsOfTheSettingsAreListedWithTheirFix() {
        MqActivationSpec spec = spec("DECLARE");
        spec.setExchanges("a; a");
        spec.setBindings("b:");
        spec.setQueueOptions("durable=maybe max-length=much");
        InvalidPropertyException wrong =
                assertThrows(InvalidPropertyException.class, spec::validate);
        assertEquals(3, wrong.getInvalidPropertyDescriptors().length, wrong.getMessage());
        assertTrue(wrong.getMessage().contains("4 errors"), wrong.getMessage());
    }
}
