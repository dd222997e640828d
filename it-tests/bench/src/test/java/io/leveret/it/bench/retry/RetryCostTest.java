package io.leveret.it.bench.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.BrokerNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What messages that fail cost others, and how exactly they come again. The figures are reported,
 * not asserted: they are the machine's. Asserted is what holds on any: that every message was
 * processed once or parked after its last try, that none comes again too early, and that what fails
 * does not stop what does not.
 */
@Timeout(2_000)
class RetryCostTest {

    private static final boolean FULL = Boolean.getBoolean("leveret.it.full");
    private static final double MOST_STOLEN = 0.03;

    private static final RetryRounds.Plan NEIGHBOURS =
            FULL
                    ? new RetryRounds.Plan(
                            4_000,
                            6_000,
                            20_000,
                            500,
                            50,
                            1_000,
                            1,
                            6,
                            MOST_STOLEN,
                            Duration.ofMinutes(17))
                    : new RetryRounds.Plan(
                            400, 800, 2_000, 200, 20, 100, 0, 1, 1, Duration.ofMinutes(1));

    private static final RetryRounds.Plan SHARES =
            FULL
                    ? new RetryRounds.Plan(
                            6_000,
                            8_000,
                            5_000,
                            500,
                            0,
                            1_000,
                            1,
                            7,
                            MOST_STOLEN,
                            Duration.ofMinutes(12))
                    : new RetryRounds.Plan(
                            2_000, 1_000, 1_000, 200, 0, 500, 0, 1, 1, Duration.ofMinutes(1));

    private static final DelayRuns.Plan DELAYS =
            FULL
                    ? new DelayRuns.Plan(
                            List.of(1_000L, 2_000L, 5_000L, 10_000L, 20_000L, 60_000L),
                            10_000,
                            500,
                            MOST_STOLEN,
                            Duration.ofMinutes(10))
                    : new DelayRuns.Plan(
                            List.of(1_000L, 2_000L), 200, 100, 1, Duration.ofMinutes(1));

    /**
     * The longest that one that does not fail may be under way at a moderate rate, in ms, on a
     * machine that is busy with others: beyond, it is not slow but stopped.
     */
    private static final double STOPPED = 15_000;

    private static BrokerNode broker;
    private static RetryAdapter adapter;

    @BeforeAll
    static void start() throws Exception {
        broker = BrokerNode.start();
        adapter = new RetryAdapter(broker);
    }

    @AfterAll
    static void stop() {
        try {
            if (adapter != null) {
                adapter.close();
            }
        } finally {
            broker.close();
        }
    }

    @Test
    void aQueueWhoseMessagesAllFailDoesNotStopAnother() throws Exception {
        RetryRounds rounds = new RetryRounds(NEIGHBOURS, broker, adapter, Scene.NEIGHBOURS);
        rounds.run();
        new CostTables(rounds, broker.version()).neighbours("retry-neighbours");
        assertGoesOn(rounds, Scene.NEIGHBOURS);
    }

    @Test
    void messagesThatFailDoNotStopOthersOfTheirQueue() throws Exception {
        RetryRounds rounds = new RetryRounds(SHARES, broker, adapter, Scene.SHARES);
        rounds.run();
        new CostTables(rounds, broker.version()).shares("retry-shares");
        assertGoesOn(rounds, Scene.SHARES);
        for (double failures : rounds.figures(Scene.TENTH_FAILS, Shown::failuresPerSecond)) {
            assertTrue(failures > 0, "nothing failed meanwhile");
        }
    }

    private static void assertGoesOn(RetryRounds rounds, List<Scene> scenes) {
        for (Scene scene : scenes) {
            double[] p99 = rounds.figures(scene, Shown::p99);
            assertEquals(rounds.plan().rounds(), p99.length, "rounds of " + scene);
            for (double each : p99) {
                assertTrue(each < STOPPED, () -> scene + ": p99 " + each + " ms");
            }
        }
    }

    @Test
    void noFailedMessageComesAgainTooEarly() throws Exception {
        DelayRuns runs = new DelayRuns(DELAYS, broker, adapter);
        runs.run();
        new DelayTable(runs, broker.version()).write("retry-delays");
        assertEquals(2 * DELAYS.delays().size(), runs.shown().size(), "runs");
        for (DelayRuns.Late late : runs.shown()) {
            assertTrue(late.mostWaiting() > 0, () -> late.delay() + " ms: none was seen waiting");
            assertTrue(
                    late.lateness().least() >= 0,
                    () -> late.delay() + " ms: one came early by " + -late.lateness().least());
        }
    }
}
