package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqException;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every publish ends in exactly one outcome, the right one, by its deadline. */
@Timeout(60)
class PublishOutcomeTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final long DEADLINE_MILLIS = Rig.PUBLISH_TIMEOUT.toMillis();
    private static final long GRACE_MILLIS = 1_000;
    private static final int LARGER_THAN_ALLOWED = 17 * 1024 * 1024;

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private FakePool pool;
    private MqConnectionFactory factory;
    private MqPublisher publisher;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("outcome");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        pool = rig.pool();
        factory = Rig.connectionFactory(pool);
        publisher = factory.createPublisher(MqPublisherOptions.defaults());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void aRoutedMessageIsConfirmedAndComplete() throws Exception {
        publisher.publish(
                "",
                queue,
                MqMessage.builder()
                        .body("text")
                        .contentType("text/x")
                        .correlationId("c")
                        .header("shop", "north")
                        .messageId("id-1")
                        .build());

        GetResponse got = bare.take(queue);
        assertEquals("text/x", got.getProps().getContentType());
        assertEquals("c", got.getProps().getCorrelationId());
        assertEquals("north", got.getProps().getHeaders().get("shop").toString());
        assertEquals("id-1", got.getProps().getMessageId());
        assertEquals(2, got.getProps().getDeliveryMode());
    }

    @Test
    void anUnroutableMessageIsReturned() throws Exception {
        warmUp();
        MqPublishException e = refused("", Bare.name("nowhere"), MqMessage.text("lost"));

        assertEquals(MqOutcome.RETURNED, e.outcome());
        assertFalse(e.mayDuplicate());
        assertConfirmed("after");
    }

    @Test
    void aFullQueueNacks() throws Exception {
        String full = bare.queue("full", Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        publisher.publish("", full, MqMessage.text("first"));

        MqPublishException e = refused("", full, MqMessage.text("second"));

        assertEquals(MqOutcome.NACKED, e.outcome());
        assertEquals(List.of("first"), bare.drain(full));
        assertConfirmed("after");
    }

    @Test
    void aMessageThatIsTooLargeIsNotSent() throws Exception {
        warmUp();
        byte[] body = new byte[LARGER_THAN_ALLOWED];

        MqPublishException e = refused("", queue, MqMessage.builder().body(body).build());

        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        assertConfirmed("after");
    }

    @Test
    void headersThatAreTooLargeAreNotSent() throws Exception {
        warmUp();
        String large = "x".repeat(200_000); // more than one frame, which headers must fit in

        MqPublishException e =
                refused("", queue, MqMessage.builder().body("b").header("h", large).build());

        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        assertConfirmed("after");
    }

    @Test
    void aLinkThatStaysDownGivesNotSentAtTheDeadline() throws Exception {
        warmUp();
        proxy.refuse(true);
        awaitLossKnown();

        long start = System.nanoTime();
        MqPublishException e = refused("", queue, MqMessage.text("down"));
        long took = millisSince(start);

        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        assertTrue(took >= DEADLINE_MILLIS - 100, "gave up after " + took + " ms");
        assertTrue(took <= DEADLINE_MILLIS + GRACE_MILLIS, "took " + took + " ms");
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aLinkThatWasNeverUpGivesNotSentAtTheDeadline() throws Exception {
        proxy.refuse(true);

        long start = System.nanoTime();
        MqPublishException e = refused("", queue, MqMessage.text("down"));

        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        assertTrue(millisSince(start) <= DEADLINE_MILLIS + GRACE_MILLIS);
    }

    @Test
    void aLinkThatComesBackInTimeGivesAConfirm() throws Exception {
        warmUp();
        proxy.refuse(true);
        awaitLossKnown();
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<MqOutcome> outcome =
                other.submit(() -> Rig.outcomeOf(publisher, "", queue, MqMessage.text("patient")));
        Until.never("an end while the link is down", Duration.ofMillis(500), outcome::isDone);

        proxy.refuse(false);

        assertEquals(MqOutcome.CONFIRMED, outcome.get(5, TimeUnit.SECONDS));
        assertEquals(List.of("patient"), bare.drain(queue));
        other.shutdown();
    }

    @Test
    void aWrittenMessageWithoutAConfirmIsUnknownAtTheDeadline() throws Exception {
        warmUp();
        proxy.stall(Direction.DOWN, true);

        long start = System.nanoTime();
        MqPublishException e = refused("", queue, MqMessage.text("written"));
        long took = millisSince(start);

        assertEquals(MqOutcome.UNKNOWN, e.outcome());
        assertTrue(e.mayDuplicate());
        assertTrue(took <= DEADLINE_MILLIS + GRACE_MILLIS, "took " + took + " ms");
        assertEquals(List.of("written"), bare.drain(queue), "unknown, and here it had arrived");
        proxy.stall(Direction.DOWN, false);
        Until.holds("a confirm again", SOON, () -> confirms("after"));
    }

    @Test
    void aLinkLostBeforeTheConfirmGivesUnknownBeforeTheDeadline() throws Exception {
        warmUp();
        proxy.stall(Direction.DOWN, true);
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<MqOutcome> outcome =
                other.submit(() -> Rig.outcomeOf(publisher, "", queue, MqMessage.text("cut")));
        Until.holds("it has arrived", SOON, () -> bare.ready(queue) == 1);

        long start = System.nanoTime();
        proxy.cut();
        proxy.stall(Direction.DOWN, false);

        assertEquals(MqOutcome.UNKNOWN, outcome.get(5, TimeUnit.SECONDS));
        assertTrue(millisSince(start) < 1_000, "the loss of the link is the end, not the deadline");
        other.shutdown();
    }

    @Test
    void aBrokerKilledBeforeTheConfirmGivesUnknown() throws Exception {
        BrokerNode node = Nodes.rough();
        try (FaultProxy own = FaultProxy.to(node);
                Rig rough = Rig.started(own.port());
                Bare setup = new Bare(node.port())) {
            String target = setup.queue("killed");
            MqPublisher publishes = rough.publisher();
            publishes.publish("", target, MqMessage.text("before"));
            own.stall(Direction.DOWN, true);
            ExecutorService other = Executors.newSingleThreadExecutor();
            Future<MqOutcome> outcome =
                    other.submit(() -> Rig.outcomeOf(publishes, "", target, MqMessage.text("cut")));
            Until.holds("it has arrived", SOON, () -> setup.ready(target) == 2);
            node.kill();
            try {
                own.stall(Direction.DOWN, false);
                MqOutcome end = outcome.get(5, TimeUnit.SECONDS);
                assertNotEquals(MqOutcome.NOT_SENT, end, "it was written");
                assertNotEquals(MqOutcome.RETURNED, end);
            } finally {
                node.restart();
                other.shutdown();
            }
        }
    }

    @Test
    void aMissingExchangeNamesItselfAndDisturbsNobody() throws Exception {
        warmUp();
        String missing = Bare.name("missing");
        ExecutorService others = Executors.newFixedThreadPool(4);
        List<Future<Integer>> neighbours = new ArrayList<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (int i = 0; i < 4; i++) {
            neighbours.add(others.submit(() -> publishUntil(until)));
        }
        int wrong = 0;
        while (System.nanoTime() < until && wrong < 50) {
            MqPublishException e = refused(missing, "key", MqMessage.text("nowhere"));
            assertNotEquals(MqOutcome.NOT_SENT, e.outcome(), "it was written");
            assertTrue(e.getMessage().contains(missing), e.getMessage());
            assertTrue(e.getMessage().contains("404"), e.getMessage());
            wrong++;
        }
        int confirmed = 0;
        for (Future<Integer> neighbour : neighbours) {
            confirmed += neighbour.get(10, TimeUnit.SECONDS); // throws when one of them suffered
        }
        others.shutdown();
        assertTrue(wrong > 1, "the second wrong publish works like the first");
        assertTrue(confirmed > 0);
        assertEquals(confirmed, bare.ready(queue));
    }

    @Test
    void anExchangeThatWasDeletedNamesItselfAndComesBack() throws Exception {
        String exchange = bare.exchange("comes-back", queue);
        publisher.publish(exchange, queue, MqMessage.text("proven"));
        bare.deleteExchange(exchange);

        MqPublishException e = refused(exchange, queue, MqMessage.text("deleted"));
        assertTrue(e.getMessage().contains("404"), e.getMessage());
        assertConfirmed("neighbour");
    }

    @Test
    void aBlockedBrokerHoldsNobodyBeyondTheDeadline() throws Exception {
        BrokerNode node = Nodes.rough();
        try (Rig rough = Rig.started(node.port());
                Bare setup = new Bare(node.port())) {
            String target = setup.queue("blocked");
            FakePool connections = rough.pool();
            MqConnectionFactory connect = Rig.connectionFactory(connections);
            MqPublisher publishes = connect.createPublisher(MqPublisherOptions.defaults());
            open(connect, 3).forEach(MqConnection::close);
            publishes.publish("", target, MqMessage.text("before"));
            node.blockPublishers();
            try {
                // The first one tells the broker that this link publishes; it is written.
                Rig.outcomeOf(publishes, "", target, MqMessage.text("first"));
                long start = System.nanoTime();
                MqPublishException e =
                        assertThrows(
                                MqPublishException.class,
                                () -> publishes.publish("", target, MqMessage.text("second")));
                assertEquals(MqOutcome.NOT_SENT, e.outcome(), e.getMessage());
                assertTrue(millisSince(start) <= DEADLINE_MILLIS + GRACE_MILLIS);
            } finally {
                node.unblockPublishers();
            }
            Until.holds(
                    "a confirm after unblocking",
                    SOON,
                    () ->
                            Rig.outcomeOf(publishes, "", target, MqMessage.text("after"))
                                    == MqOutcome.CONFIRMED);
            assertFalse(setup.drain(target).contains("second"), "NOT_SENT must not arrive");
        }
    }

    @Test
    void theWaitForAConfirmHoldsNoConnection() throws Exception {
        MqPublisher onOne =
                Rig.connectionFactory(rig.container().pool(new MqManagedConnectionFactory(), 1))
                        .createPublisher(MqPublisherOptions.defaults());
        onOne.publish("", queue, MqMessage.text("opens the link"));
        proxy.delay(Direction.DOWN, Duration.ofMillis(200));
        ExecutorService others = Executors.newFixedThreadPool(50);
        List<Future<MqOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            outcomes.add(others.submit(() -> Rig.outcomeOf(onOne, "", queue, MqMessage.text("m"))));
        }
        // One after the other they would take ten seconds, and most would miss their deadline.
        for (Future<MqOutcome> outcome : outcomes) {
            assertEquals(MqOutcome.CONFIRMED, outcome.get(5, TimeUnit.SECONDS));
        }
        others.shutdown();
        proxy.delay(Direction.DOWN, Duration.ZERO);
    }

    @Test
    void aConfirmStillCountsWhenItsConnectionIsDestroyedMeanwhile() throws Exception {
        warmUp();
        proxy.stall(Direction.DOWN, true);
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<MqOutcome> outcome =
                other.submit(() -> Rig.outcomeOf(publisher, "", queue, MqMessage.text("m")));
        Until.holds("it has arrived", SOON, () -> bare.ready(queue) == 1);

        pool.close(); // a flush destroys all connections
        proxy.stall(Direction.DOWN, false);

        assertEquals(MqOutcome.CONFIRMED, outcome.get(5, TimeUnit.SECONDS));
        other.shutdown();
    }

    @Test
    void anInterruptedCallerIsToldTheTruthAndDisturbsNobody() throws Exception {
        warmUp();
        proxy.stall(Direction.DOWN, true);
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        CompletableFuture<MqOutcome> outcome = new CompletableFuture<>();
        Thread caller =
                new Thread(
                        () -> {
                            outcome.complete(
                                    Rig.outcomeOf(publisher, "", queue, MqMessage.text("m")));
                            stillInterrupted.set(Thread.interrupted());
                        });
        caller.start();
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<MqOutcome> neighbour =
                other.submit(() -> Rig.outcomeOf(publisher, "", queue, MqMessage.text("n")));
        Until.holds("both have arrived", SOON, () -> bare.ready(queue) == 2);

        caller.interrupt();
        assertEquals(MqOutcome.UNKNOWN, outcome.get(1, TimeUnit.SECONDS), "it had arrived");
        caller.join(1_000);
        assertTrue(stillInterrupted.get(), "the interrupt is the caller's own");
        proxy.stall(Direction.DOWN, false);

        assertEquals(MqOutcome.CONFIRMED, neighbour.get(5, TimeUnit.SECONDS));
        other.shutdown();
    }

    @Test
    void aFullConfirmWindowPushesBackUntilTheDeadline() throws Exception {
        MqManagedConnectionFactory narrow = new MqManagedConnectionFactory();
        narrow.setConfirmWindow("5");
        MqPublisher onOne =
                Rig.connectionFactory(rig.container().pool(narrow, 1))
                        .createPublisher(MqPublisherOptions.defaults());
        onOne.publish("", queue, MqMessage.text("opens the link"));
        bare.drain(queue);
        proxy.stall(Direction.DOWN, true);
        ExecutorService others = Executors.newFixedThreadPool(20);
        List<Future<MqOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            outcomes.add(others.submit(() -> Rig.outcomeOf(onOne, "", queue, MqMessage.text("m"))));
        }
        int unknown = 0;
        for (Future<MqOutcome> outcome : outcomes) {
            MqOutcome end = outcome.get(DEADLINE_MILLIS + GRACE_MILLIS, TimeUnit.MILLISECONDS);
            assertTrue(end == MqOutcome.UNKNOWN || end == MqOutcome.NOT_SENT, end::toString);
            unknown += end == MqOutcome.UNKNOWN ? 1 : 0;
        }
        others.shutdown();
        assertTrue(unknown >= 1 && unknown <= 5, unknown + " were written, the window is 5");
        assertEquals(unknown, bare.ready(queue), "NOT_SENT must not arrive");
        proxy.stall(Direction.DOWN, false);
    }

    @Test
    void whatIsBeyondTheBuffersIsNotSent() throws Exception {
        int callers = 8;
        byte[] body = new byte[4 * 1024 * 1024]; // together more than any loopback socket holds
        open(factory, callers).forEach(MqConnection::close); // a channel for each of them
        warmUp();
        proxy.stall(Direction.UP, true);
        ExecutorService others = Executors.newFixedThreadPool(callers);
        List<Future<MqOutcome>> outcomes = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < callers; i++) {
            MqMessage message = MqMessage.builder().body(body).persistent(false).build();
            outcomes.add(others.submit(() -> Rig.outcomeOf(publisher, "", queue, message)));
            long next = start + TimeUnit.MILLISECONDS.toNanos(100L * (i + 1));
            Until.holds("the next one's turn", SOON, () -> System.nanoTime() > next);
        }
        int unknown = 0;
        int notSent = 0;
        for (Future<MqOutcome> outcome : outcomes) {
            MqOutcome end = outcome.get(DEADLINE_MILLIS + GRACE_MILLIS, TimeUnit.MILLISECONDS);
            unknown += end == MqOutcome.UNKNOWN ? 1 : 0;
            notSent += end == MqOutcome.NOT_SENT ? 1 : 0;
        }
        others.shutdown();
        assertEquals(callers, unknown + notSent, "wrong outcomes");
        assertTrue(unknown >= 1, "nothing was written");
        assertTrue(notSent >= 3, notSent + " of " + callers + " were kept from the full buffers");
        proxy.stall(Direction.UP, false);
        Until.holds("a confirm again", SOON, () -> confirms("after"));
        int arrived = bare.drain(queue).size();
        assertTrue(arrived <= unknown + 1, arrived + " arrived, " + unknown + " were written");
    }

    private static List<MqConnection> open(MqConnectionFactory from, int count) {
        List<MqConnection> handles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            handles.add(from.getConnection());
        }
        return handles;
    }

    private int publishUntil(long end) {
        int count = 0;
        while (System.nanoTime() < end) {
            publisher.publish("", queue, MqMessage.text("neighbour"));
            count++;
        }
        return count;
    }

    private MqPublishException refused(String exchange, String key, MqMessage message) {
        return assertThrows(
                MqPublishException.class, () -> publisher.publish(exchange, key, message));
    }

    /** Opens the link and proves the default exchange, so that a test sees its own fault only. */
    private void warmUp() throws Exception {
        publisher.publish("", queue, MqMessage.text("warm"));
        bare.drain(queue);
    }

    /** What is written before the client hears of the loss is UNKNOWN, and rightly so. */
    private void awaitLossKnown() throws Exception {
        Until.holds(
                "the loss is known",
                SOON,
                () -> {
                    try (MqConnection connection = factory.getConnection()) {
                        return connection == null;
                    } catch (MqException e) {
                        return true;
                    }
                });
    }

    private void assertConfirmed(String text) throws Exception {
        publisher.publish("", queue, MqMessage.text(text));
        assertTrue(bare.drain(queue).contains(text));
    }

    private boolean confirms(String text) {
        return Rig.outcomeOf(publisher, "", queue, MqMessage.text(text)) == MqOutcome.CONFIRMED;
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
