package io.leveret.it.bench.retry;

import io.leveret.it.bench.BenchQueue;
import io.leveret.it.bench.Undisturbed;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.load.Waits;
import io.leveret.it.broker.BrokerNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets messages fail once, of each delay first at a steady rate, then all of a full queue at once,
 * and looks when they come again. Each run asserts for itself that every message came twice and
 * that nothing is left. One thread at a time.
 */
final class DelayRuns {

    private static final String NAME = "bench-delay";

    /** What may come on top of the delays on a machine that is busy with others. */
    private static final Duration SLACK = Duration.ofSeconds(60);

    /** How often the wait queue is looked at. */
    static final long LOOK_MILLIS = 100;

    /**
     * How much is measured.
     *
     * @param delays ms
     * @param messages of each run
     * @param mostPerSecond the steady rate; less, where fewer are enough for all to wait together
     * @param mostStolen see {@link Undisturbed}
     * @param limit likewise
     */
    record Plan(
            List<Long> delays,
            int messages,
            int mostPerSecond,
            double mostStolen,
            Duration limit) {}

    /**
     * What a run showed.
     *
     * @param perSecond 0 for all at once
     * @param mostWaiting how many were seen in the wait queue at the same time
     * @param stolenShare of the machine's time, 0 to 1
     */
    record Late(
            long delay, int perSecond, int mostWaiting, Percentiles lateness, double stolenShare) {}

    private final Plan plan;
    private final BrokerNode broker;
    private final RetryAdapter adapter;
    private final Undisturbed undisturbed;
    private final List<Late> shown = new ArrayList<>();
    private int runs;

    DelayRuns(Plan plan, BrokerNode broker, RetryAdapter adapter) {
        this.plan = plan;
        this.broker = broker;
        this.adapter = adapter;
        this.undisturbed = new Undisturbed(plan.mostStolen(), plan.limit());
    }

    /** Runs all; the first of them once more before, to warm up. */
    void run() throws Exception {
        run(plan.delays().get(0), 0);
        for (long delay : plan.delays()) {
            shown.add(undisturbed.run(() -> run(delay, rate(delay)), Late::stolenShare));
            shown.add(undisturbed.run(() -> run(delay, 0), Late::stolenShare));
        }
    }

    /** The rate at which all wait together just before the first one comes again. */
    private int rate(long delay) {
        return (int) Math.min(plan.mostPerSecond(), plan.messages() * 1_000L / delay);
    }

    private Late run(long delay, int perSecond) throws Exception {
        int round = ++runs;
        String waitQueue = RetryAdapter.waitQueue(NAME, delay);
        Reading begin = Reading.now();
        DelayBean bean = new DelayBean(round, plan.messages(), delay);
        try (BenchQueue queue = new BenchQueue(broker, NAME)) {
            queue.delete(waitQueue);
            queue.fill("quorum", round, perSecond == 0 ? plan.messages() : 0);
            int mostWaiting;
            RetryAdapter.Bean active = adapter.activate(NAME, delay, bean);
            try {
                mostWaiting =
                        perSecond == 0
                                ? await(bean, delay, queue, waitQueue)
                                : publish(bean, delay, perSecond, queue, waitQueue);
            } finally {
                adapter.deactivate(active);
            }
            Percentiles lateness = bean.lateness();
            if (queue.ready(waitQueue) != 0) {
                throw new IllegalStateException("messages are left in " + waitQueue);
            }
            queue.verifyEmpty();
            double stolen = Reading.now().since(begin).stolenShare();
            return new Late(delay, perSecond, mostWaiting, lateness, stolen);
        }
    }

    private int publish(
            DelayBean bean, long delay, int perSecond, BenchQueue queue, String waitQueue)
            throws Exception {
        try (Flow flow = new Flow(broker, NAME, runs)) {
            flow.start(perSecond, plan.messages());
            int mostWaiting = await(bean, delay, queue, waitQueue);
            flow.finish();
            return mostWaiting;
        }
    }

    /** Waits for all to come again; gives how many waited at most. */
    private int await(DelayBean bean, long delay, BenchQueue queue, String waitQueue) {
        AtomicInteger most = new AtomicInteger();
        Waits.until(() -> bean.failed() > 0, "the first failure");
        Waits.until(
                () -> {
                    most.accumulateAndGet(queue.ready(waitQueue), Math::max);
                    Waits.pass(LOOK_MILLIS);
                    return bean.processed() >= plan.messages();
                },
                "all to come again",
                SLACK.plusMillis(2 * delay));
        return most.get();
    }

    Plan plan() {
        return plan;
    }

    /** What all runs showed, in their order. */
    List<Late> shown() {
        return List.copyOf(shown);
    }

    /** How many runs were thrown away because of stolen time. */
    int rejected() {
        return undisturbed.rejected();
    }
}
