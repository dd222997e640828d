package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers that wait, for their turn or for the pool, and are interrupted or served too late. */
@Timeout(60)
class WaitingCallersTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(300);

    private Bare bare;
    private String queue;
    private FaultProxy proxy;
    private Rig rig;
    private FakePool pool;
    private MqPublisher publisher;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("waiting");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        pool = rig.pool();
        publisher = Rig.connectionFactory(pool).createPublisher(MqPublisherOptions.defaults());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    /** A thread that publishes once and then tells how that ended. */
    private static final class Caller {

        private final CompletableFuture<MqOutcome> outcome = new CompletableFuture<>();
        private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        private final Thread thread;

        Caller(MqPublisher publisher, String exchange, String key, String text) {
            thread =
                    new Thread(
                            () -> {
                                MqMessage message = MqMessage.text(text);
                                outcome.complete(Rig.outcomeOf(publisher, exchange, key, message));
                                interrupted.complete(Thread.interrupted());
                            },
                            "caller of " + text);
            thread.start();
        }

        /** Says whether the thread is inside a method, waiting. */
        boolean waitsIn(String method) {
            return thread.getState() == Thread.State.TIMED_WAITING
                    && Stream.of(thread.getStackTrace())
                            .anyMatch(f -> f.getMethodName().equals(method));
        }

        MqOutcome outcome() throws Exception {
            return outcome.get(5, TimeUnit.SECONDS);
        }

        MqOutcome outcomeAfterInterrupt() throws Exception {
            thread.interrupt();
            MqOutcome end = outcome.get(1, TimeUnit.SECONDS);
            assertTrue(interrupted.get(1, TimeUnit.SECONDS), "the interrupt is the caller's own");
            return end;
        }
    }

    @Test
    void callersThatAreTheFirstOnesTogetherAllGetAConnection() throws Exception {
        for (int round = 0; round < 10; round++) {
            try (Rig fresh = Rig.started(proxy.port())) {
                MqConnectionFactory factory = Rig.connectionFactory(fresh.pool());
                CyclicBarrier start = new CyclicBarrier(4);
                ExecutorService threads = Executors.newFixedThreadPool(4);
                List<Future<MqConnection>> handles = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    handles.add(
                            threads.submit(
                                    () -> {
                                        start.await(5, TimeUnit.SECONDS);
                                        return factory.getConnection();
                                    }));
                }
                for (Future<MqConnection> handle : handles) {
                    handle.get(5, TimeUnit.SECONDS).close(); // throws when one got none
                }
                threads.shutdown();
            }
        }
    }

    @Test
    void sessionsThatStartTogetherShareTheirLinks() throws Exception {
        for (int round = 0; round < 5; round++) {
            try (Rig fresh = Rig.started(proxy.port())) {
                String together = bare.queue("together");
                MqActivationSpec spec = fresh.spec(together);
                spec.setMaxSession("12");
                fresh.container().activate(fresh.endpoints(new Bean()), spec);
                Until.holds("all sessions", SOON, () -> bare.consumers(together) == 12);
                assertTrue(proxy.connections() <= 2, () -> proxy.connections() + " links");
            }
            Until.holds("its links are closed", SOON, () -> proxy.connections() == 0);
        }
    }

    /** Makes the adapter open its channel for exchanges that are not proven yet. */
    private void openQuarantine() throws Exception {
        publisher.publish(bare.exchange("first", queue), queue, MqMessage.text("opens"));
        assertEquals(List.of("opens"), bare.drain(queue));
    }

    @Test
    void aCallerThatIsInterruptedWhileOthersProveTheirExchangeHasSentNothing() throws Exception {
        openQuarantine();
        String busy = bare.exchange("busy", queue);
        String next = bare.exchange("next", queue);
        proxy.stall(Direction.DOWN, true);
        Caller proving = new Caller(publisher, busy, queue, "proving");
        Until.holds("it has arrived", SOON, () -> bare.ready(queue) == 1);
        Caller waiting = new Caller(publisher, next, queue, "waiting");
        Until.holds("it waits for its turn", SOON, () -> waiting.waitsIn("tryLock"));

        assertEquals(MqOutcome.NOT_SENT, waiting.outcomeAfterInterrupt());
        assertFalse(proving.outcome.isDone(), "the one before it still waits");
        assertEquals(List.of(), pool.used(), "connections that nobody gave back");
        proxy.stall(Direction.DOWN, false);

        assertEquals(MqOutcome.CONFIRMED, proving.outcome());
        assertEquals(
                MqOutcome.CONFIRMED,
                Rig.outcomeOf(publisher, next, queue, MqMessage.text("the next one")));
        assertEquals(List.of("proving", "the next one"), bare.drain(queue));
    }

    @Test
    void aCallerThatIsInterruptedWhileItProvesItsExchangeLeavesNothingBehind() throws Exception {
        openQuarantine();
        Set<String> channels = channels();
        for (int i = 0; i < 5; i++) {
            String exchange = bare.exchange("proved", queue);
            proxy.stall(Direction.DOWN, true);
            Caller caller = new Caller(publisher, exchange, queue, "interrupted");
            Until.holds("it has arrived", SOON, () -> bare.ready(queue) == 1);
            assertEquals(MqOutcome.UNKNOWN, caller.outcomeAfterInterrupt(), "it had arrived");
            proxy.stall(Direction.DOWN, false);

            assertEquals(
                    MqOutcome.CONFIRMED,
                    Rig.outcomeOf(publisher, exchange, queue, MqMessage.text("next")));
            assertEquals(List.of("interrupted", "next"), bare.drain(queue));
        }
        assertEquals(List.of(), pool.used());
        Until.holds("no channel too many", SOON, () -> channels().size() <= channels.size());
    }

    private static Set<String> channels() {
        return new TreeSet<>(Nodes.shared().ctl("list_channels", "pid").lines().toList());
    }

    @Test
    void aConnectionThatThePoolHandsOverTooLateIsGivenBackUnused() throws Exception {
        FakePool single = rig.container().pool(new MqManagedConnectionFactory(), 1);
        MqConnectionFactory factory = Rig.connectionFactory(single);
        MqPublisher hasty =
                factory.createPublisher(MqPublisherOptions.defaults().withPublishTimeout(SHORT));
        MqConnection held = factory.getConnection();
        Caller late = new Caller(hasty, "", queue, "late");
        Until.holds("it waits for the pool", SOON, () -> late.waitsIn("allocateConnection"));
        Until.never("an end while the pool has none", SHORT, late.outcome::isDone);

        held.close();

        assertEquals(MqOutcome.NOT_SENT, late.outcome());
        Until.holds("given back", SOON, () -> single.used().isEmpty());
        assertEquals(2, single.closes());
        assertEquals(1, single.idle().size());
        assertEquals(
                MqOutcome.CONFIRMED, Rig.outcomeOf(hasty, "", queue, MqMessage.text("in time")));
        assertEquals(List.of("in time"), bare.drain(queue));
        assertEquals(1, single.created());
    }

    @Test
    void aPublisherThatIsServedTooLateProvesNoExchangeEither() throws Exception {
        openQuarantine();
        FakePool single = rig.container().pool(new MqManagedConnectionFactory(), 1);
        MqConnectionFactory factory = Rig.connectionFactory(single);
        String exchange = bare.exchange("late", queue);
        MqPublisher hasty =
                factory.createPublisher(MqPublisherOptions.defaults().withPublishTimeout(SHORT));
        MqConnection held = factory.getConnection();
        Caller late = new Caller(hasty, exchange, queue, "late");
        Until.holds("it waits for the pool", SOON, () -> late.waitsIn("allocateConnection"));
        Until.never("an end while the pool has none", SHORT, late.outcome::isDone);

        held.close();

        assertEquals(MqOutcome.NOT_SENT, late.outcome());
        assertEquals(List.of(), bare.drain(queue));
        assertEquals(
                MqOutcome.CONFIRMED,
                Rig.outcomeOf(hasty, exchange, queue, MqMessage.text("in time")));
    }
}
