package io.leveret.it.bench.retry;

import io.leveret.it.bench.BenchQueue;
import io.leveret.it.bench.load.Waits;
import io.leveret.it.broker.BrokerNode;
import jakarta.resource.ResourceException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;

/** One queue in one run: its messages, the bean that consumes them. One thread at a time. */
final class Traffic implements AutoCloseable {

    private static final String TYPE = "quorum";

    private final BrokerNode broker;
    private final RetryAdapter adapter;
    private final String name;
    private final long retryDelay;
    private final int round;
    private final Books books;
    private final BenchQueue queue;
    private RetryAdapter.Bean bean;
    private Flow flow;

    /**
     * Makes the queue anew.
     *
     * @param retryDelay ms
     * @param filled how many messages are in it at the start
     * @param most how many there are at most in the end
     * @param fails which of them fail
     */
    Traffic(
            BrokerNode broker,
            RetryAdapter adapter,
            String name,
            long retryDelay,
            int round,
            int filled,
            int most,
            IntPredicate fails)
            throws Exception {
        this.broker = broker;
        this.adapter = adapter;
        this.name = name;
        this.retryDelay = retryDelay;
        this.round = round;
        books = new Books(round, most, fails);
        queue = new BenchQueue(broker, name);
        queue.delete(RetryAdapter.waitQueue(name, retryDelay));
        queue.delete(RetryAdapter.parkingQueue(name));
        queue.fill(TYPE, round, filled);
    }

    /** Lets the bean consume. */
    void consume() throws ResourceException {
        bean = adapter.activate(name, retryDelay, books);
    }

    /** Publishes at a steady rate from now on, up to a number of messages. */
    void publish(int perSecond, int most) throws IOException, TimeoutException {
        flow = new Flow(broker, name, round, perSecond);
        flow.start(most);
    }

    /** Publishes no more; gives how many messages there were. */
    int stopPublishing() throws InterruptedException, TimeoutException {
        return flow.stop();
    }

    /** Waits until all of the first messages that do not fail are processed. */
    void awaitProcessed(int messages) {
        int good = messages - books.failing(messages);
        Waits.until(() -> books.processed() >= good, "the messages that do not fail");
    }

    /** How many deliveries have failed. */
    int failures() {
        return books.failures();
    }

    /** How many messages were processed in a second, from the first one to the last. */
    double perSecond(int messages) {
        var taken = books.taken(messages).summaryStatistics();
        return (taken.getCount() - 1)
                * (double) TimeUnit.SECONDS.toNanos(1)
                / (taken.getMax() - taken.getMin());
    }

    /** How long after they were due the bean had those that do not fail. */
    Percentiles latencies(int messages) {
        long[] due = books.good(messages).mapToLong(flow::due).toArray();
        long[] taken = books.taken(messages).toArray();
        for (int i = 0; i < due.length; i++) {
            taken[i] -= due[i];
        }
        return new Percentiles(LongStream.of(taken));
    }

    /**
     * Waits until all is over, and insists that each message was processed once, or tried as often
     * as it may and parked, and that nothing is left.
     */
    void end(int messages) throws Exception {
        int failing = books.failing(messages);
        String parking = RetryAdapter.parkingQueue(name);
        awaitProcessed(messages);
        Waits.until(
                () -> books.failures() >= failing * RetryAdapter.ATTEMPTS,
                "the last try of all that fail");
        Waits.until(() -> queue.ready(parking) >= failing, "the parking of all that fail");
        stopConsuming();
        books.verify(messages);
        int waiting = queue.ready(RetryAdapter.waitQueue(name, retryDelay));
        int parked = queue.ready(parking);
        if (waiting != 0 || parked != failing) {
            throw new IllegalStateException(
                    waiting + " wait, " + parked + " are parked, not " + failing);
        }
        queue.verifyEmpty();
    }

    private void stopConsuming() {
        if (bean != null) {
            adapter.deactivate(bean);
            bean = null;
        }
    }

    @Override
    public void close() throws IOException {
        stopConsuming();
        if (flow != null) {
            flow.close();
        }
        queue.close();
    }
}
