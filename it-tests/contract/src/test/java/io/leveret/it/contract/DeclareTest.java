package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqRefusedException;
import io.leveret.MqTopology;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application declares over a handle is there; what is refused says why. */
@Timeout(60)
class DeclareTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private FakePool pool;
    private MqConnectionFactory factory;
    private MqConnection handle;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setLinkIdleTimeout("300")).start();
        pool = rig.pool();
        factory = Rig.connected(pool);
        handle = factory.getConnection();
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private MqRefusedException refused(MqTopology topology) {
        return assertThrows(MqRefusedException.class, () -> handle.declare(topology));
    }

    /** After each of them the handle and its pooled channel are as good as before. */
    private void assertGoesOn() throws Exception {
        String next = Bare.name("next");
        handle.declare(MqTopology.empty().queue(next));
        handle.publish("", next, MqMessage.text("m"));
        assertEquals("m", handle.get(next).orElseThrow().text());
        assertEquals(List.of(), pool.errors());
        handle.close();
        Until.holds("no channel is left", SOON, () -> Nodes.channels("ask") == 0);
    }

    @Test
    void whatIsMissingIsMadeAndDeclaredAgainItStaysAsItIs() throws Exception {
        String shop = Bare.name("shop");
        String orders = Bare.name("orders");
        MqTopology topology =
                MqTopology.empty()
                        .exchange(shop + " type=topic")
                        .queue(orders + " max-length=1 overflow=reject-publish")
                        .binding(shop + " -> " + orders + ": order.*, payment.#");
        handle.declare(topology);
        handle.publish(shop, "order.new", MqMessage.text("an order"));
        handle.declare(topology);
        assertEquals("an order", handle.get(orders).orElseThrow().text());
        assertGoesOn();
    }

    @Test
    void aNameFromElsewhereIsQuoted() throws Exception {
        String odd = Bare.name("it's [one]; type=classic");
        handle.declare(MqTopology.empty().queue(MqTopology.quoted(odd) + " max-length=5"));
        handle.publish("", odd, MqMessage.text("m"));
        assertEquals("m", handle.get(odd).orElseThrow().text());
        bare.deleteQueue(odd);
        assertGoesOn();
    }

    @Test
    void whatIsDifferentIsRefusedWithTheDifferenceAndNotChanged() throws Exception {
        String queue = bare.queue("other", Map.of("x-queue-type", "classic", "x-max-length", 7));
        bare.publish(queue, "kept");
        MqRefusedException e = refused(MqTopology.empty().queue(queue + " type=classic"));
        assertEquals(406, e.replyCode());
        assertTrue(e.getMessage().contains("cannot declare queue '" + queue), e.getMessage());
        assertTrue(e.getMessage().contains("x-max-length"), e.getMessage());
        assertTrue(e.getMessage().contains("declare it as it is"), e.getMessage());
        assertEquals(List.of("kept"), bare.drain(queue));
        assertGoesOn();
    }

    @Test
    void aBindingToAnExchangeThatIsMissingIsRefused() throws Exception {
        String queue = Bare.name("bound");
        String missing = Bare.name("missing");
        MqRefusedException e =
                refused(MqTopology.empty().queue(queue).binding(missing + " -> " + queue));
        assertEquals(404, e.replyCode());
        assertTrue(e.getMessage().contains(missing), e.getMessage());
        assertTrue(Nodes.exists(queue), "what comes before is there");
        assertGoesOn();
    }

    @Test
    void aUserWithoutThePermissionIsRefusedAndToldWhich() throws Exception {
        String queue = Bare.name("forbidden");
        try (BrokerUser user = BrokerUser.on(Nodes.shared())) {
            user.mayConfigure("nothing");
            try (Rig limited = new Rig(Nodes.shared().port()).as(user).start();
                    MqConnection own = Rig.connectionFactory(limited.pool()).getConnection()) {
                MqRefusedException e =
                        assertThrows(
                                MqRefusedException.class,
                                () -> own.declare(MqTopology.empty().queue(queue)));
                assertEquals(403, e.replyCode());
                assertTrue(e.getMessage().contains(queue), e.getMessage());
                assertTrue(e.getMessage().contains("grant"), e.getMessage());
            }
        }
        assertFalse(Nodes.exists(queue));
    }

    @Test
    void anUnknownTypeOfExchangeIsRefusedAlsoWhereItCostsTheConnection() throws Exception {
        MqRefusedException e =
                refused(MqTopology.empty().exchange(Bare.name("odd") + " type=x-no-such-type"));
        assertTrue(e.replyCode() == 503 || e.replyCode() == 406, "" + e.replyCode());
        assertTrue(e.getMessage().contains("x-no-such-type"), e.getMessage());
        assertGoesOn();
    }

    @Test
    void allErrorsOfTheNotationAreListedAndNothingIsDeclared() throws Exception {
        String queue = Bare.name("not-made");
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                handle.declare(
                                        MqTopology.empty()
                                                .exchange("amq.mine")
                                                .queue(queue)
                                                .queue("odd colour=red")
                                                .binding("nothing ->")));
        assertTrue(e.getMessage().contains("3 errors"), e.getMessage());
        assertTrue(e.getMessage().contains("colour"), e.getMessage());
        assertFalse(Nodes.exists(queue));
        assertGoesOn();
    }

    @Test
    void aBrokerThatBlocksPublishersDeclares() throws Exception {
        BrokerNode node = Nodes.rough();
        try (Rig rough = new Rig(node.port()).with(a -> a.setConnections("1")).start();
                Bare setup = new Bare(node.port());
                MqConnection own = Rig.connectionFactory(rough.pool()).getConnection()) {
            String queue = Bare.name("while-blocked");
            node.blockPublishers();
            try {
                rough.publisher().publishAsync("", queue, MqMessage.text("unread"));
                Until.holds(
                        "the connection of the publishers is blocked",
                        SOON,
                        () -> node.ctl("list_connections", "state").contains("blocked"));
                own.declare(MqTopology.empty().queue(queue));
            } finally {
                node.unblockPublishers();
            }
            assertEquals(0, setup.consumers(queue));
        }
    }

    @Test
    void aBrokerThatDoesNotAnswerHoldsNobody() throws Exception {
        handle.declare(MqTopology.empty().queue(Bare.name("opens-the-link")));
        proxy.stall(Direction.DOWN, true);
        long start = System.nanoTime();
        assertThrows(
                MqConnectionException.class,
                () -> handle.declare(MqTopology.empty().queue(Bare.name("unheard"))));
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toMillis() < 5_500);
        proxy.stall(Direction.DOWN, false);
    }

    @Test
    void aClosedHandleDeclaresNothing() throws Exception {
        handle.close();
        String queue = Bare.name("never");
        assertThrows(
                IllegalStateException.class, () -> handle.declare(MqTopology.empty().queue(queue)));
        assertFalse(Nodes.exists(queue));
    }
}
