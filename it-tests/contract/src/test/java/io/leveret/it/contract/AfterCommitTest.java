package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqException;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.MqTransactionMode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import jakarta.transaction.RollbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a publish means inside a transaction. */
@Timeout(60)
class AfterCommitTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int MORE_THAN_FITS = 50_000;
    private static final Duration A_WHILE = Duration.ofMillis(300);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private FakeTransactions transactions;
    private MqConnectionFactory factory;
    private MqPublisher publisher;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("commit");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        transactions = rig.container().transactions();
        factory = Rig.connectionFactory(rig.pool());
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
    void nothingIsVisibleBeforeTheCommitAndAllOfItAfter() throws Exception {
        transactions.begin();
        publish("one");
        publish("two");
        Until.never("a message before the commit", A_WHILE, () -> bare.ready(queue) > 0);

        transactions.commit();

        assertEquals(List.of("one", "two"), bare.drain(queue));
    }

    @Test
    void nothingIsVisibleAfterARollback() throws Exception {
        publish("opens the link");
        transactions.begin();
        publish("rolled back");
        transactions.rollback();

        transactions.begin();
        publish("marked");
        transactions.setRollbackOnly();
        assertThrows(RollbackException.class, transactions::commit);

        Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 1);
        assertEquals(List.of("opens the link"), bare.drain(queue));
    }

    @Test
    void aTransactionThatTheReaperRollsBackPublishesNothing() throws Exception {
        Future<?> reaped = transactions.begin(Duration.ofSeconds(1));
        publish("before the reaper");
        reaped.get(5, TimeUnit.SECONDS);

        assertThrows(MqException.class, () -> publish("after the reaper"));
        assertThrows(RollbackException.class, transactions::commit);

        Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 0);
    }

    @Test
    void withoutATransactionItIsVisibleAtOnce() throws Exception {
        publish("now");
        assertEquals(List.of("now"), bare.drain(queue));
    }

    @Test
    void modeNoneIgnoresTheTransaction() throws Exception {
        MqPublisher none =
                factory.createPublisher(
                        MqPublisherOptions.defaults().withTransactionMode(MqTransactionMode.NONE));
        transactions.begin();
        none.publish("", queue, MqMessage.text("at once"));
        assertEquals(List.of("at once"), bare.drain(queue));
        publish("rolled back");
        transactions.rollback();

        Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 0);
    }

    @Test
    void aHandleObeysTheFactorysModeToo() throws Exception {
        transactions.begin();
        try (MqConnection handle = factory.getConnection()) {
            handle.publish("", queue, MqMessage.text("by handle"));
        }
        publish("by publisher");
        Until.never("a message before the commit", A_WHILE, () -> bare.ready(queue) > 0);

        transactions.commit();

        assertEquals(List.of("by handle", "by publisher"), bare.drain(queue));
    }

    @Test
    void threadsCommitAndRollBackSideBySide() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Set<String>>> running = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            String name = "t" + t;
            running.add(threads.submit(() -> transactionsOf(name)));
        }
        Set<String> expected = new HashSet<>();
        for (Future<Set<String>> thread : running) {
            expected.addAll(thread.get(30, TimeUnit.SECONDS));
        }
        threads.shutdown();

        List<String> seen = bare.drain(queue);
        assertEquals(expected, new HashSet<>(seen));
        assertEquals(expected.size(), seen.size(), "none of them twice");
    }

    private Set<String> transactionsOf(String thread) throws RollbackException {
        Set<String> committed = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            transactions.begin();
            publish(thread + "-" + i + "-a");
            publish(thread + "-" + i + "-b");
            if (i % 2 == 0) {
                transactions.commit();
                committed.add(thread + "-" + i + "-a");
                committed.add(thread + "-" + i + "-b");
            } else {
                transactions.rollback();
            }
        }
        return committed;
    }

    @Test
    void aLinkThatIsKnownToBeDownEitherRollsBackOrDeliversLater() throws Exception {
        publish("opens the link");
        transactions.begin();
        publish("in doubt");
        proxy.refuse(true);
        Until.holds("the loss is known", SOON, () -> proxy.connections() == 0 && !opens());

        boolean committed;
        try {
            transactions.commit();
            committed = true;
        } catch (RollbackException e) {
            committed = false;
        }
        proxy.refuse(false);

        if (committed) {
            Until.holds("the committed message", SOON, () -> bare.ready(queue) == 2);
        } else {
            Until.holds("a connection again", SOON, this::opens);
            Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 1);
        }
    }

    @Test
    void aLinkThatBreaksAfterTheCommitCostsADelayAndNoMessage() throws Exception {
        publish("opens the link");
        bare.drain(queue);
        transactions.begin();
        publish("after the break");
        proxy.stall(Direction.UP, true); // the commit finds a link that looks healthy

        long start = System.nanoTime();
        transactions.commit();
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        proxy.cut();
        proxy.stall(Direction.UP, false);

        assertTrue(took <= 5_000, "the commit took " + took + " ms");
        Until.holds("the committed message", Duration.ofSeconds(15), () -> bare.ready(queue) >= 1);
        Set<String> seen = new HashSet<>(bare.drain(queue));
        assertEquals(Set.of("after the break"), seen);
    }

    @Test
    void whatIsLeftAfterACommitIsStillPublishedWhileTheAdapterStops() throws Exception {
        publish("opens the link");
        bare.drain(queue);
        transactions.begin();
        // Registered first, so it runs first: the link breaks between commit and publish.
        transactions.registry().registerInterposedSynchronization(breakTheLinkAfterCompletion());
        publish("left over");
        transactions.commit();
        assertEquals(0, bare.ready(queue));

        proxy.refuse(false);
        rig.container().stopAdapter();

        assertEquals(List.of("left over"), bare.drain(queue));
    }

    @Test
    void whatIsBeingPublishedWhenTheAdapterStopsMayHaveArrived() throws Exception {
        rig.close();
        rig = new Rig(proxy.port()).with(adapter -> adapter.setDrainTimeout("100")).start();
        transactions = rig.container().transactions();
        factory = Rig.connectionFactory(rig.pool());
        publisher = factory.createPublisher(MqPublisherOptions.defaults());
        publish("opens the link");
        ConnectionFactoryMXBean seen =
                new Jmx(factory).only("ConnectionFactory", ConnectionFactoryMXBean.class);
        transactions.begin();
        transactions.registry().registerInterposedSynchronization(breakTheLinkAfterCompletion());
        CompletionStage<Void> stage = publisher.publishAsync("", queue, MqMessage.text("in doubt"));
        transactions.commit();
        Nodes.suspend(queue);
        try {
            proxy.refuse(false);
            Until.holds("it is written", SOON, () -> seen.getInFlight() > 0);

            rig.container().stopAdapter();
        } finally {
            Nodes.resume(queue);
        }

        assertFails(MqOutcome.UNKNOWN, stage);
    }

    @Test
    void aCommitAfterTheAdapterHasStoppedRollsBack() throws Exception {
        publish("opens the link");
        bare.drain(queue);
        transactions.begin();
        publish("too late");
        CompletionStage<Void> stage =
                publisher.publishAsync("", queue, MqMessage.text("too late as well"));
        rig.container().stopAdapter();

        assertThrows(RollbackException.class, transactions::commit);

        Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 0);
        assertFails(MqOutcome.NOT_SENT, stage);
    }

    @Test
    void whatTheBrokerNeverAcceptsIsReportedOnceAndTheRestOfTheTransactionArrives()
            throws Exception {
        try (LogLines log = new LogLines("can never be published")) {
            transactions.begin();
            publish("first");
            publisher.publish(
                    "", queue, MqMessage.builder().body("refused").userId("somebody").build());
            publish("last");
            transactions.commit();

            Until.holds("the rest", SOON, () -> bare.ready(queue) >= 2);
            Until.holds("the report", SOON, () -> log.count() == 1);
            Until.never("it again", A_WHILE, () -> log.count() > 1);
            assertTrue(log.lines().get(0).contains("user"), log.lines().get(0));
            // The first one was not confirmed yet when the channel died: it may have come twice.
            assertEquals(Set.of("first", "last"), new HashSet<>(bare.drain(queue)));
        }
        publish("neighbour");
        assertEquals(List.of("neighbour"), bare.drain(queue));
    }

    @Test
    void aTransactionThatPublishesTooMuchIsRefusedAndRollsBack() throws Exception {
        publish("opens the link");
        bare.drain(queue);
        transactions.begin();
        MqPublishException e =
                assertThrows(
                        MqPublishException.class,
                        () -> {
                            for (int i = 0; i < MORE_THAN_FITS; i++) {
                                publish("m" + i);
                            }
                        });
        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        assertThrows(RollbackException.class, transactions::commit);
        Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 0);

        transactions.begin();
        publish("room again");
        transactions.commit();
        assertEquals(List.of("room again"), bare.drain(queue));
    }

    private static void assertFails(MqOutcome outcome, CompletionStage<Void> stage) {
        ExecutionException e =
                assertThrows(
                        ExecutionException.class,
                        () -> stage.toCompletableFuture().get(5, TimeUnit.SECONDS));
        assertEquals(outcome, ((MqPublishException) e.getCause()).outcome());
    }

    private AfterCompletion breakTheLinkAfterCompletion() {
        return new AfterCompletion(
                () -> {
                    proxy.refuse(true);
                    Until.holds("the loss is known", SOON, () -> !opens());
                });
    }

    private boolean opens() {
        try (MqConnection connection = factory.getConnection()) {
            return connection != null;
        } catch (MqException e) {
            return false;
        }
    }

    private void publish(String text) {
        publisher.publish("", queue, MqMessage.text(text));
    }
}
