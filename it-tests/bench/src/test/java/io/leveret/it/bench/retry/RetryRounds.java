package io.leveret.it.bench.retry;

import io.leveret.it.bench.Estimate;
import io.leveret.it.bench.Undisturbed;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.load.Waits;
import io.leveret.it.broker.BrokerNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Runs every scene once per round, in an order that moves on by one place from round to round. Each
 * run asserts for itself that every message was processed once, or parked after its last try. One
 * thread at a time.
 */
final class RetryRounds {

    private static final String NAME = "bench-own";

    /** More messages than can be. */
    private static final int MOST_PER_MILLI = 60;

    /**
     * How much is measured.
     *
     * @param lead ms until all tries of the first messages are over, and a run is measured
     * @param millis how long it is measured then
     * @param backlog messages that are kept in the queue where its speed is measured
     * @param perSecond the steady rate, messages that fail included
     * @param neighbourPerSecond messages of the queue beside
     * @param retryDelay ms
     * @param warmUps number of rounds whose figures are thrown away
     * @param rounds rounds that count
     * @param mostStolen see {@link Undisturbed}
     * @param limit likewise
     */
    record Plan(
            int lead,
            int millis,
            int backlog,
            int perSecond,
            int neighbourPerSecond,
            long retryDelay,
            int warmUps,
            int rounds,
            double mostStolen,
            Duration limit) {}

    /** What a run showed, and what passed meanwhile. */
    private record Run(Shown shown, Reading passed) {}

    private final Plan plan;
    private final BrokerNode broker;
    private final RetryAdapter adapter;
    private final List<Scene> scenes;
    private final Undisturbed undisturbed;
    private final Map<Scene, List<Shown>> shown = new EnumMap<>(Scene.class);
    private double compilers;
    private int traffics;

    RetryRounds(Plan plan, BrokerNode broker, RetryAdapter adapter, List<Scene> scenes) {
        this.plan = plan;
        this.broker = broker;
        this.adapter = adapter;
        this.scenes = scenes;
        this.undisturbed = new Undisturbed(plan.mostStolen(), plan.limit());
    }

    /** Runs all rounds. */
    void run() throws Exception {
        for (int i = 0; i < plan.warmUps() + plan.rounds(); i++) {
            List<Scene> order = new ArrayList<>(scenes);
            Collections.rotate(order, -i);
            for (Scene scene : order) {
                if (i < plan.warmUps()) {
                    run(scene);
                } else {
                    count(scene);
                }
            }
        }
    }

    private void count(Scene scene) throws Exception {
        Run run = undisturbed.run(() -> run(scene), r -> r.passed().stolenShare());
        compilers = Math.max(compilers, run.passed().compilerShare());
        shown.computeIfAbsent(scene, key -> new ArrayList<>()).add(run.shown());
    }

    private Run run(Scene scene) throws Exception {
        Reading begin = Reading.now();
        Percentiles latencies = paced(scene);
        Shown result = saturated(scene, latencies);
        return new Run(result, Reading.now().since(begin));
    }

    private Percentiles paced(Scene scene) throws Exception {
        try (Traffic own = own(scene);
                Neighbour beside = beside(scene)) {
            own.consume();
            own.publish(plan.perSecond());
            Waits.pass(plan.lead() + plan.millis());
            int messages = own.stopPublishing();
            beside.end();
            own.end(messages);
            return own.latencies(plan.lead() * plan.perSecond() / 1_000, messages);
        }
    }

    private Shown saturated(Scene scene, Percentiles latencies) throws Exception {
        try (Traffic own = own(scene);
                Neighbour beside = beside(scene)) {
            own.keep(plan.backlog());
            own.consume();
            Waits.pass(plan.lead());
            long began = System.nanoTime();
            int processed = own.processed();
            int failures = own.failures();
            Waits.pass(plan.millis());
            double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
            processed = own.processed() - processed;
            failures = own.failures() - failures;
            int ready = own.ready();
            int messages = own.stopPublishing();
            beside.end();
            own.end(messages);
            return new Shown(
                    processed / seconds,
                    failures / seconds,
                    ready,
                    latencies.at(0.5),
                    latencies.at(0.99));
        }
    }

    private Traffic own(Scene scene) throws Exception {
        int most = plan.backlog() + (plan.lead() + plan.millis()) * MOST_PER_MILLI;
        return new Traffic(
                broker, adapter, NAME, plan.retryDelay(), ++traffics, most, scene::fails);
    }

    private Neighbour beside(Scene scene) throws Exception {
        return new Neighbour(
                broker, adapter, scene, ++traffics, plan.neighbourPerSecond(), plan.retryDelay());
    }

    Plan plan() {
        return plan;
    }

    /** How many runs were thrown away because of stolen time. */
    int rejected() {
        return undisturbed.rejected();
    }

    /** The largest share of compilers in the CPU time of this process in a run that counts. */
    double compilers() {
        return compilers;
    }

    /** Gives one figure of a scene, round by round. */
    double[] figures(Scene scene, ToDoubleFunction<Shown> figure) {
        return shown.get(scene).stream().mapToDouble(figure).toArray();
    }

    /** Gives its median. */
    double median(Scene scene, ToDoubleFunction<Shown> figure) {
        return Estimate.median(figures(scene, figure));
    }

    /** Gives its least value. */
    double least(Scene scene, ToDoubleFunction<Shown> figure) {
        return Arrays.stream(figures(scene, figure)).min().orElseThrow();
    }

    /** Compares a figure of two scenes, round by round. */
    Estimate ratio(Scene over, Scene under, ToDoubleFunction<Shown> figure) {
        return Estimate.ofRatios(figures(over, figure), figures(under, figure));
    }

    /** Gives all single figures. */
    String single() {
        StringBuilder lines =
                new StringBuilder("round;scene;msg/s;failures/s;ready;p50 ms;p99 ms\n");
        shown.forEach(
                (scene, all) -> {
                    for (int i = 0; i < all.size(); i++) {
                        Shown each = all.get(i);
                        lines.append(
                                String.format(
                                        Locale.ROOT,
                                        "%d;%s;%.0f;%.0f;%d;%.3f;%.3f%n",
                                        i + 1,
                                        scene,
                                        each.perSecond(),
                                        each.failuresPerSecond(),
                                        each.ready(),
                                        each.median(),
                                        each.p99()));
                    }
                });
        return lines.toString();
    }
}
