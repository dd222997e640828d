package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stage tells how a publish ended that nobody has waited for. */
@Timeout(60)
class AsyncPublishTest {

    private static final int MANY = 3_000;
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration A_WHILE = Duration.ofMillis(300);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private FakeTransactions transactions;
    private MqConnectionFactory factory;
    private MqPublisher publisher;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("async");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        transactions = rig.container().transactions();
        factory = Rig.connectionFactory(rig.pool());
        publisher =
                factory.createPublisher(
                        MqPublisherOptions.defaults().withExchange("").withRoutingKey(queue));
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private CompletableFuture<Void> publish(String text) {
        return publisher.publishAsync(MqMessage.text(text)).toCompletableFuture();
    }

    private static void confirmed(CompletableFuture<Void> stage) throws Exception {
        stage.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static MqPublishException failure(CompletionStage<Void> stage) {
        ExecutionException e =
                assertThrows(
                        ExecutionException.class,
                        () ->
                                stage.toCompletableFuture()
                                        .get(SOON.toMillis(), TimeUnit.MILLISECONDS));
        return assertInstanceOf(MqPublishException.class, e.getCause());
    }

    @Test
    void allAreConfirmedAndWrittenInTheOrderOfTheCalls() throws Exception {
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            stages.add(publish("m" + i));
        }
        for (CompletableFuture<Void> each : stages) {
            confirmed(each);
        }
        assertEquals(IntStream.range(0, MANY).mapToObj(i -> "m" + i).toList(), bare.drain(queue));
    }

    @Test
    void theCallReturnsBeforeTheConfirm() throws Exception {
        confirmed(publish("warm"));
        proxy.stall(Direction.DOWN, true);
        CompletableFuture<Void> stage = publish("m");
        Until.holds("it is there", SOON, () -> bare.ready(queue) == 2);
        assertFalse(stage.isDone());
        proxy.stall(Direction.DOWN, false);
        confirmed(stage);
    }

    @Test
    void aConfirmThatDoesNotComeInTimeIsUnknown() throws Exception {
        confirmed(publish("warm"));
        proxy.stall(Direction.DOWN, true);
        long from = System.nanoTime();
        MqPublishException e = failure(publish("m"));
        long took = Duration.ofNanos(System.nanoTime() - from).toMillis();
        assertEquals(MqOutcome.UNKNOWN, e.outcome());
        assertTrue(took >= Rig.PUBLISH_TIMEOUT.toMillis() - 100, took + " ms");
        assertTrue(took < 3 * Rig.PUBLISH_TIMEOUT.toMillis(), took + " ms");
        proxy.stall(Direction.DOWN, false);
    }

    @Test
    void everyOtherOutcomeIsAFailureOfTheStage() throws Exception {
        String full = bare.queue("full", Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        confirmed(publisher.publishAsync("", full, MqMessage.text("a")).toCompletableFuture());
        assertEquals(
                MqOutcome.NACKED,
                failure(publisher.publishAsync("", full, MqMessage.text("b"))).outcome());
        assertEquals(
                MqOutcome.RETURNED,
                failure(publisher.publishAsync(Bare.name("nowhere"), MqMessage.text("c")))
                        .outcome());
        assertEquals(
                MqOutcome.NOT_SENT,
                failure(
                                publisher.publishAsync(
                                        MqMessage.builder()
                                                .body(new byte[17 * 1024 * 1024])
                                                .build()))
                        .outcome());
        assertEquals(
                MqOutcome.RETURNED,
                failure(publisher.publishAsync(Bare.name("missing"), "k", MqMessage.text("d")))
                        .outcome());
        confirmed(publish("after"));
    }

    @Test
    void whatIsUnderWayWhenTheLinkIsLostIsUnknown() throws Exception {
        confirmed(publish("warm"));
        proxy.stall(Direction.DOWN, true);
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            stages.add(publish("m" + i));
        }
        proxy.cut();
        for (CompletableFuture<Void> each : stages) {
            assertEquals(MqOutcome.UNKNOWN, failure(each).outcome());
        }
        proxy.stall(Direction.DOWN, false);
        confirmed(publish("after"));
    }

    @Test
    void whoHoldsUpOneAnswerDoesNotHoldUpTheOthers() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<Void> held =
                publish("first")
                        .thenRun(
                                () -> {
                                    try {
                                        assertTrue(gate.await(40, TimeUnit.SECONDS));
                                    } catch (InterruptedException e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        confirmed(publish("second"));
        confirmed(publish("third"));
        assertFalse(held.isDone());
        gate.countDown();
        confirmed(held);
    }

    @Test
    void anActionMayWaitForAnotherPublish() throws Exception {
        AtomicReference<Throwable> failed = new AtomicReference<>();
        CompletableFuture<Void> outer =
                publish("outer")
                        .thenRun(
                                () -> {
                                    try {
                                        confirmed(publish("inner"));
                                    } catch (Exception e) {
                                        failed.set(e);
                                    }
                                });
        confirmed(outer);
        assertEquals(null, failed.get());
    }

    @Test
    void actionsDoNotRunOnTheThreadOfTheConnection() throws Exception {
        proxy.delay(Direction.DOWN, Duration.ofMillis(100)); // so that the action is there first
        AtomicReference<String> thread = new AtomicReference<>();
        confirmed(publish("m").thenRun(() -> thread.set(Thread.currentThread().getName())));
        assertTrue(thread.get().contains("-worker-"), thread.get());
    }

    @Test
    void aCallerCannotOutrunTheBroker() throws Exception {
        confirmed(publish("warm"));
        proxy.stall(Direction.DOWN, true);
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        MqOutcome outcome = null;
        for (int i = 0; i < 2_000 && outcome == null; i++) {
            CompletableFuture<Void> stage = publish("m" + i);
            stages.add(stage);
            if (stage.isCompletedExceptionally()) {
                outcome = failure(stage).outcome();
            }
        }
        // The window is full: the call has waited for room, and then was too late.
        assertTrue(stages.size() <= 600, () -> stages.size() + " at once");
        assertTrue(outcome == MqOutcome.NOT_SENT || outcome == MqOutcome.UNKNOWN, "" + outcome);
        proxy.stall(Direction.DOWN, false);
    }

    @Test
    void aStageCannotBeCompletedByItsCaller() throws Exception {
        CompletionStage<Void> stage = publisher.publishAsync(MqMessage.text("m"));
        stage.toCompletableFuture().cancel(true);
        confirmed(stage.thenRun(() -> {}).toCompletableFuture());
    }

    @Test
    void aStageThatFailsGivesTheFailureItself() throws Exception {
        AtomicReference<Throwable> got = new AtomicReference<>();
        CompletionStage<Void> stage =
                publisher.publishAsync(Bare.name("nowhere"), MqMessage.text("m"));
        confirmed(
                stage.exceptionally(
                                e -> {
                                    got.set(e);
                                    return null;
                                })
                        .toCompletableFuture());
        MqPublishException e = assertInstanceOf(MqPublishException.class, got.get());
        assertEquals(MqOutcome.RETURNED, e.outcome());
    }

    @Test
    void stagesThatTheirCallerHasCancelledLeaveNothing() throws Exception {
        confirmed(publish("warm"));
        proxy.stall(Direction.DOWN, true);
        List<WeakReference<Object>> given = new ArrayList<>();
        AtomicInteger told = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            CompletionStage<Void> stage = publisher.publishAsync(MqMessage.text("m" + i));
            CompletableFuture<Void> future = stage.toCompletableFuture();
            stage.whenComplete((nothing, e) -> told.incrementAndGet());
            assertTrue(future.cancel(true));
            given.add(new WeakReference<>(stage));
            given.add(new WeakReference<>(future));
        }
        Until.holds("all are written", SOON, () -> bare.ready(queue) == 101);
        assertEquals(100, inFlight());
        proxy.stall(Direction.DOWN, false);
        Until.holds("nothing is in flight", SOON, () -> inFlight() == 0);
        Until.holds("each has been told how it ended", SOON, () -> told.get() == 100);
        Until.holds(
                "nothing of them is kept",
                SOON,
                () -> {
                    System.gc();
                    return given.stream().allMatch(each -> each.get() == null);
                });
        confirmed(publish("after"));
    }

    private long inFlight() throws Exception {
        return new Jmx(factory)
                .only("ConnectionFactory", ConnectionFactoryMXBean.class)
                .getInFlight();
    }

    @Test
    void anAdapterThatStopsTellsAllOfThem() throws Exception {
        confirmed(publish("warm"));
        proxy.stall(Direction.DOWN, true);
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            stages.add(publish("m" + i));
        }
        rig.close();
        for (CompletableFuture<Void> each : stages) {
            assertTrue(each.isDone());
            assertEquals(MqOutcome.UNKNOWN, failure(each).outcome());
        }
        assertEquals(MqOutcome.NOT_SENT, failure(publish("too late")).outcome());
        proxy.stall(Direction.DOWN, false);
    }

    // --- in a transaction ---

    @Test
    void inATransactionItCompletesAfterTheCommit() throws Exception {
        transactions.begin();
        CompletableFuture<Void> stage = publish("m");
        Until.never("an answer before the commit", A_WHILE, stage::isDone);
        transactions.commit();
        confirmed(stage);
        assertEquals(List.of("m"), bare.drain(queue));
    }

    @Test
    void aRollbackIsNotSent() throws Exception {
        transactions.begin();
        CompletableFuture<Void> stage = publish("m");
        transactions.rollback();
        MqPublishException e = failure(stage);
        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        assertTrue(e.getMessage().contains("its transaction has rolled back"), e.getMessage());
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void whatIsReturnedAfterTheCommitFailsItsStage() throws Exception {
        confirmed(publish("warm"));
        transactions.begin();
        CompletionStage<Void> stage =
                publisher.publishAsync(Bare.name("nowhere"), MqMessage.text("m"));
        transactions.commit();
        assertEquals(MqOutcome.RETURNED, failure(stage).outcome());
    }

    @Test
    void whatGoesOnInTheBackgroundIsUnknownAfterThePublishTimeout() throws Exception {
        confirmed(publish("warm"));
        transactions.begin();
        CompletableFuture<Void> stage = publish("m");
        proxy.stall(Direction.UP, true);
        transactions.commit();
        MqPublishException e = failure(stage);
        assertEquals(MqOutcome.UNKNOWN, e.outcome());
        assertTrue(e.getMessage().contains("goes on"), e.getMessage());
        proxy.cut();
        proxy.stall(Direction.UP, false);
        Until.holds("published at last", SOON, () -> bare.ready(queue) >= 2);
    }
}
