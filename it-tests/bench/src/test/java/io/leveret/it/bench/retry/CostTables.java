package io.leveret.it.bench.retry;

import io.leveret.it.bench.Estimate;
import io.leveret.it.bench.Report;
import java.io.IOException;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Writes up what failing messages cost others. */
final class CostTables {

    private static final double LEAST_SPEED = 0.9;
    private static final double MOST_P99 = 1.5;

    private static final String CONDITIONS =
            """
            RabbitMQ %s, quorum queues, 1 kB persistent messages; transacted beans of one resource adapter in the fake
            container, publishers in the same process, %d sessions, prefetch %d each; %d attempts, retry delay %d ms, then
            parked, no pause after failures. msg/s: of those that do not fail, while the publisher keeps %d messages in the
            queue; ready: the fewest that were there at the end of a run. p50, p99: of those that do not fail of %d messages/s,
            from when one was due to be published until the bean had it. %.1f s of each run are measured, %.1f s after its
            start; %d rounds after %d to warm up, %d runs rejected for stolen time, compilers at most %.1f %% of a run's CPU
            time.

            """;

    private static final String ESTIMATES =
            "Medians; ratios with 95 % confidence intervals of the paired figures of the rounds"
                    + " (Student's t, geometric means).\n";

    private static final String NEIGHBOUR_HEAD =
            """
            | beside | msg/s | over alone | ready | p50 ms | p99 ms | p99 over alone |
            |---|---|---|---|---|---|---|
            """;

    private static final String NEIGHBOUR_NOTES =
            """

            Beside that fails, over beside with as many messages that do not: msg/s %s, p99 %s; over beside with as
            many deliveries that do not fail: msg/s %s, p99 %s. Aims: msg/s at least %.1f, p99 at most %.1f times; missed
            only if the whole interval is beyond.
            """;

    private static final String SHARE_HEAD =
            """
            | failing | msg/s of the others | over none | failed deliveries/s meanwhile | ready | p50 ms | p99 ms | p99 over none |
            |---|---|---|---|---|---|---|---|
            """;

    private static final String SHARE_NOTES =
            """

            What a failed delivery (with its copy to the wait queue or to parking, and its way back) took of the others'
            time: as much as %s of them.
            """;

    private final RetryRounds rounds;
    private final String version;

    CostTables(RetryRounds rounds, String version) {
        this.rounds = rounds;
        this.version = version;
    }

    /** Reports on failing neighbours. */
    void neighbours(String name) throws IOException {
        StringBuilder text =
                new StringBuilder(
                        format(
                                "What a queue whose messages all fail costs another one, at %d"
                                        + " messages/s beside. ",
                                rounds.plan().neighbourPerSecond()));
        text.append(conditions()).append(NEIGHBOUR_HEAD);
        for (Scene scene : Scene.NEIGHBOURS) {
            boolean base = scene == Scene.ALONE;
            text.append(
                    format(
                            "| %s | %.0f | %s | %.0f | %.2f | %.2f | %s |%n",
                            scene,
                            rounds.median(scene, Shown::perSecond),
                            base ? "" : speed(scene, Scene.ALONE),
                            rounds.least(scene, Shown::ready),
                            rounds.median(scene, Shown::median),
                            rounds.median(scene, Shown::p99),
                            base ? "" : p99(scene, Scene.ALONE)));
        }
        text.append(
                format(
                        NEIGHBOUR_NOTES,
                        speed(Scene.BESIDE_FAILURE, Scene.BESIDE_SUCCESS),
                        p99(Scene.BESIDE_FAILURE, Scene.BESIDE_SUCCESS),
                        speed(Scene.BESIDE_FAILURE, Scene.BESIDE_DELIVERIES),
                        p99(Scene.BESIDE_FAILURE, Scene.BESIDE_DELIVERIES),
                        LEAST_SPEED,
                        MOST_P99));
        Report.write(name, text + ESTIMATES, rounds.single());
    }

    /** Reports on those that fail among others. */
    void shares(String name) throws IOException {
        StringBuilder text =
                new StringBuilder("What failing messages cost others of the same queue. ");
        text.append(conditions()).append(SHARE_HEAD);
        for (Scene scene : Scene.SHARES) {
            boolean base = scene == Scene.ALONE;
            text.append(
                    format(
                            "| %s | %.0f | %s | %.0f | %.0f | %.2f | %.2f | %s |%n",
                            base ? "none" : "10 %",
                            rounds.median(scene, Shown::perSecond),
                            base ? "" : ratio(scene, Shown::perSecond),
                            rounds.median(scene, Shown::failuresPerSecond),
                            rounds.least(scene, Shown::ready),
                            rounds.median(scene, Shown::median),
                            rounds.median(scene, Shown::p99),
                            base ? "" : ratio(scene, Shown::p99)));
        }
        text.append(format(SHARE_NOTES, failureInOthers()));
        Report.write(name, text + ESTIMATES, rounds.single());
    }

    private Estimate failureInOthers() {
        double[] alone = rounds.figures(Scene.ALONE, Shown::perSecond);
        double[] mixed = rounds.figures(Scene.TENTH_FAILS, Shown::perSecond);
        double[] failures = rounds.figures(Scene.TENTH_FAILS, Shown::failuresPerSecond);
        double[] costs = new double[alone.length];
        for (int i = 0; i < costs.length; i++) {
            costs[i] = (alone[i] - mixed[i]) / failures[i];
        }
        return Estimate.of(costs);
    }

    private Estimate ratio(Scene scene, ToDoubleFunction<Shown> figure) {
        return rounds.ratio(scene, Scene.ALONE, figure);
    }

    private String speed(Scene over, Scene under) {
        Estimate ratio = rounds.ratio(over, under, Shown::perSecond);
        return ratio + ", " + ratio.atLeast(LEAST_SPEED);
    }

    private String p99(Scene over, Scene under) {
        Estimate ratio = rounds.ratio(over, under, Shown::p99);
        return ratio + ", " + ratio.atMost(MOST_P99);
    }

    private String conditions() {
        RetryRounds.Plan plan = rounds.plan();
        return format(
                CONDITIONS,
                version,
                RetryAdapter.SESSIONS,
                RetryAdapter.PREFETCH,
                RetryAdapter.ATTEMPTS,
                plan.retryDelay(),
                plan.backlog(),
                plan.perSecond(),
                plan.millis() / 1_000.0,
                plan.lead() / 1_000.0,
                plan.rounds(),
                plan.warmUps(),
                rounds.rejected(),
                100 * rounds.compilers());
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
