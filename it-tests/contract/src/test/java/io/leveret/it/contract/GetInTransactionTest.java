package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqEvent;
import io.leveret.MqMessage;
import io.leveret.MqRefusedException;
import io.leveret.MqTransactionMode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.transaction.RollbackException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a transaction takes off a queue is gone after its commit, and back after its rollback. */
@Timeout(60)
class GetInTransactionTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration RPC = Duration.ofSeconds(3); // as the rig sets it
    private static final int MANY = 60; // more than a quorum queue takes at a time

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private FakeTransactions transactions;
    private FakePool pool;
    private MqConnectionFactory factory;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("taken");
        proxy = FaultProxy.to(Nodes.shared());
        rig =
                new Rig(proxy.port())
                        .with(a -> a.setLinkIdleTimeout("300"))
                        .with(a -> a.setConnections("1")) // so that all share it
                        .start();
        transactions = rig.container().transactions();
        pool = rig.pool();
        factory = Rig.connected(pool);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private void publish(String... texts) throws Exception {
        int before = bare.ready(queue);
        for (String text : texts) {
            bare.publish(queue, text);
        }
        Until.holds("they are there", SOON, () -> bare.ready(queue) == before + texts.length);
    }

    private static String text(Optional<MqMessage> message) {
        return message.map(MqMessage::text).orElse(null);
    }

    private void assertGone() throws Exception {
        Until.holds("acknowledged", SOON, () -> Nodes.unacknowledged(queue) == 0);
        assertEquals(List.of(), bare.drain(queue));
        assertNothingLeft();
    }

    private void assertBack(String text) throws Exception {
        Until.holds("given back", SOON, () -> bare.ready(queue) == 1);
        GetResponse again = bare.take(queue);
        assertEquals(text, new String(again.getBody(), StandardCharsets.UTF_8));
        assertTrue(again.getEnvelope().isRedeliver());
        assertNothingLeft();
    }

    private static void assertNothingLeft() throws Exception {
        Until.holds("no channel is left", SOON, () -> Nodes.channels("ask") == 0);
    }

    @ParameterizedTest
    @EnumSource(MqTransactionMode.class)
    void itIsHeldUntilTheCommitWhateverPublishersDo(MqTransactionMode mode) throws Exception {
        MqManagedConnectionFactory managed = new MqManagedConnectionFactory();
        managed.setTransactionMode(mode.name());
        MqConnectionFactory own = Rig.connectionFactory(rig.container().pool(managed, 2));
        publish("one", "two");
        transactions.begin();
        try (MqConnection handle = own.getConnection()) {
            assertEquals("one", text(handle.get(queue)));
            assertEquals("two", text(handle.get(queue)));
            assertEquals(Optional.empty(), handle.get(queue));
            assertEquals(2, Nodes.unacknowledged(queue));
        }
        transactions.commit();
        assertGone();
    }

    @Test
    void aRollbackGivesItBackMarked() throws Exception {
        publish("m");
        transactions.begin();
        MqConnection handle = factory.getConnection();
        assertEquals("m", text(handle.get(queue)));
        transactions.rollback();
        handle.close();
        assertBack("m");
    }

    @Test
    void theHandleMayBeClosedBeforeTheEnd() throws Exception {
        publish("m");
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            assertEquals("m", text(handle.get(queue)));
        }
        assertEquals(1, pool.idle().size());
        assertEquals(1, Nodes.unacknowledged(queue));
        transactions.rollback();
        assertBack("m");
    }

    @Test
    void theContainerMayTakeTheHandleAwayBeforeTheEnd() throws Exception {
        publish("one", "two");
        transactions.begin();
        assertEquals("one", text(factory.getConnection().get(queue)));
        pool.used().get(0).cleanup();
        assertEquals("two", text(factory.getConnection().get(queue)));
        pool.close(); // destroys all
        assertEquals(2, Nodes.unacknowledged(queue));
        transactions.commit();
        assertGone();
    }

    @Test
    void oneHandleServesManyTransactionsWithoutAFreshChannelForEach() throws Exception {
        publish("warm");
        try (MqConnection handle = factory.getConnection()) {
            transactions.begin();
            assertEquals("warm", text(handle.get(queue)));
            transactions.commit();
            int before = opened();
            for (int i = 0; i < 20; i++) {
                publish("m" + i);
                transactions.begin();
                assertEquals("m" + i, text(handle.get(queue)));
                if (i % 2 == 0) {
                    transactions.commit();
                } else {
                    transactions.rollback();
                    assertEquals("m" + i, text(handle.get(queue)));
                }
            }
            assertEquals(before, opened());
            assertTrue(before > 0);
        }
        assertGone();
    }

    /** How many channels were opened so far, as the broker counts them. */
    private static int opened() {
        return Integer.parseInt(
                Nodes.shared()
                        .eval(
                                "[{_, _, _, N, _, _, _, _}] = ets:lookup(connection_churn_metrics,"
                                        + " node()), N."));
    }

    @Test
    void noneOfManyComesAgainAfterTheCommitAlthoughTheChannelIsClosed() throws Exception {
        queue = bare.queue("many", Map.of("x-queue-type", "quorum"));
        for (int i = 0; i < MANY; i++) {
            bare.publish(queue, "m" + i);
        }
        Until.holds("they are there", SOON, () -> bare.ready(queue) == MANY);
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            for (int i = 0; i < MANY; i++) {
                assertEquals("m" + i, text(handle.get(queue)));
            }
        }
        String trigger = Bare.name("trigger");
        Nodes.suspendUntilThereIs(trigger, queue);
        transactions.commit();
        Until.passed(Duration.ofMillis(200)); // enough for a channel to be closed
        bare.declare(trigger, Map.of());
        Until.never("one that comes again", Duration.ofSeconds(1), () -> bare.ready(queue) > 0);
        assertNothingLeft();
        assertEquals(List.of(), bare.drain(queue));
    }

    @Test
    void aRefusalElsewhereCostsNothingThatIsTaken() throws Exception {
        publish("m");
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            assertEquals("m", text(handle.get(queue)));
            assertThrows(MqRefusedException.class, () -> handle.get(Bare.name("missing")));
            assertEquals(1, Nodes.unacknowledged(queue));
            assertEquals(Optional.empty(), handle.get(queue));
        }
        transactions.commit();
        assertGone();
    }

    @Test
    void aMissingQueueCostsTheTransactionNothing() throws Exception {
        String late = Bare.name("late");
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            assertThrows(MqRefusedException.class, () -> handle.get(late));
            bare.declare(late, Map.of());
            bare.publish(late, "m");
            Until.holds("taken", SOON, () -> "m".equals(text(handle.get(late))));
        }
        transactions.commit();
        Until.holds("acknowledged", SOON, () -> Nodes.unacknowledged(late) == 0);
        assertEquals(List.of(), bare.drain(late));
    }

    @Test
    void aConnectionLostBeforeTheCommitRollsTheTransactionBack() throws Exception {
        publish("m");
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            assertEquals("m", text(handle.get(queue)));
        }
        proxy.cut();
        Until.holds("it went back", SOON, () -> bare.ready(queue) == 1);
        assertThrows(RollbackException.class, transactions::commit);
        assertBack("m");
    }

    @Test
    void whatWasLostIsToldToWhoeverWantsMore() throws Exception {
        publish("m");
        String handleLess = Bare.name("other");
        bare.declare(handleLess, Map.of());
        transactions.begin();
        MqConnection handle = factory.getConnection();
        assertEquals("m", text(handle.get(queue)));
        Nodes.shared().eval(closeConnections(" ask "));
        Until.holds("it went back", SOON, () -> bare.ready(queue) == 1);
        MqConnectionException e =
                assertThrows(MqConnectionException.class, () -> handle.get(queue));
        assertTrue(e.getMessage().contains("can only roll back"), e.getMessage());
        handle.publish("", handleLess, MqMessage.text("the pooled channel is another one"));
        handle.close();
        assertThrows(RollbackException.class, transactions::commit);
        assertEquals(0, bare.ready(handleLess));
        assertBack("m");
    }

    private static String closeConnections(String named) {
        return "[rabbit_networking:close_connection(P, \"test\") || P <-"
                + " rabbit_networking:local_connections(), {client_properties, T} <-"
                + " rabbit_reader:info(P, [client_properties]), {<<\"connection_name\">>, _, N} <-"
                + " T, binary:match(N, <<\""
                + named
                + "\">>) =/= nomatch].";
    }

    @Test
    void aConnectionLostAtTheCommitBringsItAgainMarked() throws Exception {
        publish("m");
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            assertEquals("m", text(handle.get(queue)));
        }
        proxy.stall(Direction.UP, true); // the acknowledgement is written and gets nowhere
        transactions.commit();
        proxy.cut();
        proxy.stall(Direction.UP, false);
        assertBack("m");
    }

    @Test
    void aReaperGivesItBack() throws Exception {
        publish("m");
        Future<?> reaped = transactions.begin(Duration.ofMillis(300));
        MqConnection handle = factory.getConnection();
        assertEquals("m", text(handle.get(queue)));
        reaped.get(5, TimeUnit.SECONDS);
        Until.holds("given back", SOON, () -> bare.ready(queue) == 1);
        assertThrows(IllegalStateException.class, () -> handle.get(queue));
        assertThrows(RollbackException.class, transactions::commit);
        handle.close();
        assertBack("m");
    }

    @Test
    void aReaperThatComesWhileTheBrokerIsAskedGivesItBackToo() throws Exception {
        queue = bare.queue("hangs", Map.of("x-queue-type", "classic"));
        publish("one", "two");
        Future<?> reaped = transactions.begin(Duration.ofMillis(500));
        MqConnection handle = factory.getConnection();
        assertEquals("one", text(handle.get(queue)));
        Nodes.suspend(queue);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<?> resumed =
                    other.submit(
                            () -> {
                                reaped.get(5, TimeUnit.SECONDS);
                                Nodes.resume(queue);
                                return null;
                            });
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> handle.get(queue));
            assertTrue(e.getMessage().contains("has ended"), e.getMessage());
            resumed.get(5, TimeUnit.SECONDS);
        } finally {
            other.shutdown();
        }
        handle.close();
        assertThrows(RollbackException.class, transactions::commit);
        Until.holds("both are back", SOON, () -> bare.ready(queue) == 2);
        assertNothingLeft();
    }

    @Test
    void aQueueThatStopsAnsweringTakesItBackAndTheTransactionWithIt() throws Exception {
        queue = bare.queue("hangs", Map.of("x-queue-type", "classic"));
        publish("m");
        transactions.begin();
        MqConnection handle = factory.getConnection();
        assertEquals("m", text(handle.get(queue)));
        Nodes.suspend(queue);
        try {
            assertThrows(MqConnectionException.class, () -> handle.get(queue));
        } finally {
            Nodes.resume(queue);
        }
        handle.close();
        assertThrows(RollbackException.class, transactions::commit);
        assertBack("m");
    }

    @Test
    void aQueueThatStopsAnsweringCostsNobodyElseWhatHeHolds() throws Exception {
        String hanging = bare.queue("hangs", Map.of("x-queue-type", "classic"));
        publish("m");
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            assertEquals("m", text(handle.get(queue)));
        }
        ExecutorService other = Executors.newSingleThreadExecutor();
        Nodes.suspend(hanging);
        try (MqConnection neighbour = factory.getConnection()) {
            Future<?> waits = other.submit(() -> neighbour.get(hanging));
            ExecutionException e =
                    assertThrows(ExecutionException.class, () -> waits.get(5, TimeUnit.SECONDS));
            assertInstanceOf(MqConnectionException.class, e.getCause());
            try (MqConnection third = factory.getConnection()) {
                Future<?> answered = other.submit(() -> third.get(queue));
                answered.get(5, TimeUnit.SECONDS);
            }
            // Its channel is being closed, which is not answered either.
            Until.never("it goes back", RPC.plusSeconds(1), () -> bare.ready(queue) > 0);
        } finally {
            Nodes.resume(hanging);
            other.shutdown();
        }
        transactions.commit();
        assertGone();
    }

    @Test
    void nothingIsTakenForATransactionThatCanOnlyRollBack() throws Exception {
        publish("m");
        transactions.begin();
        transactions.setRollbackOnly();
        try (MqConnection handle = factory.getConnection()) {
            assertThrows(IllegalStateException.class, () -> handle.get(queue));
        }
        transactions.rollback();
        assertEquals(List.of("m"), bare.drain(queue));
    }

    @Test
    void anAdapterThatStopsGivesItBackAndTheTransactionRollsBack() throws Exception {
        publish("m");
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            assertEquals("m", text(handle.get(queue)));
        }
        rig.adapter().stop();
        Until.holds("it went back", SOON, () -> bare.ready(queue) == 1);
        assertThrows(RollbackException.class, transactions::commit);
        assertBack("m");
    }

    @Test
    void aCommitWithoutItsAcknowledgementIsTold() throws Exception {
        publish("m");
        transactions.begin();
        transactions
                .registry()
                .registerInterposedSynchronization(
                        new AfterCompletion(
                                () -> {
                                    Nodes.shared().eval(closeConnections(" ask "));
                                    Until.holds("the loss is known", SOON, () -> isTold(" ask "));
                                }));
        try (MqConnection handle = factory.getConnection()) {
            assertEquals("m", text(handle.get(queue)));
        }
        transactions.commit();
        Until.holds("told", SOON, () -> isTold("could not acknowledge 1 message(s) from queue"));
        assertBack("m");
    }

    private boolean isTold(String text) {
        return factory.events().latest().stream()
                .filter(event -> event.severity() == MqEvent.Severity.WARNING)
                .anyMatch(event -> (event.name() + ": " + event.text()).contains(text));
    }
}
