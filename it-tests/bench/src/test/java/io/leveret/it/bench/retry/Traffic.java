package io.leveret.it.bench.retry;

import io.leveret.it.bench.BenchQueue;
import io.leveret.it.bench.load.Waits;
import io.leveret.it.broker.BrokerNode;
import jakarta.resource.ResourceException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.function.IntPredicate;

/** One queue in one run: its messages, the bean that consumes them. One thread at a time. */
final class Traffic implements AutoCloseable {

    private static final String TYPE = "quorum";

    private final BrokerNode broker;
    private final RetryAdapter adapter;
    private final String name;
    private final long retryDelay;
    private final int round;
    private final int most;
    private final Books books;
    private final BenchQueue queue;
    private RetryAdapter.Bean bean;
    private Flow flow;

    /**
     * Makes the queue anew.
     *
     * @param retryDelay ms
     * @param most there are fewer messages than that
     * @param fails which of them fail
     */
    Traffic(
            BrokerNode broker,
            RetryAdapter adapter,
            String name,
            long retryDelay,
            int round,
            int most,
            IntPredicate fails)
            throws Exception {
        this.broker = broker;
        this.adapter = adapter;
        this.name = name;
        this.retryDelay = retryDelay;
        this.round = round;
        this.most = most;
        books = new Books(round, most, fails);
        queue = new BenchQueue(broker, name);
        queue.delete(RetryAdapter.waitQueue(name, retryDelay));
        queue.delete(RetryAdapter.parkingQueue(name));
        queue.fill(TYPE, round, 0);
    }

    /** Lets the bean consume. */
    void consume() throws ResourceException {
        bean = adapter.activate(name, retryDelay, books);
    }

    /** Publishes at a steady rate from now on. */
    void publish(int perSecond) throws IOException, TimeoutException {
        flow = new Flow(broker, name, round);
        flow.start(perSecond, most);
    }

    /** Keeps so many messages in the queue from now on; returns when they are there. */
    void keep(int backlog) throws IOException, TimeoutException {
        flow = new Flow(broker, name, round);
        flow.keep(backlog, most, books::delivered);
        Waits.until(() -> ready() >= backlog, "a full queue");
    }

    /** How many messages are in the queue, those not counted that the bean's sessions hold. */
    int ready() {
        return queue.ready(name);
    }

    /** Publishes no more; gives how many messages there were, fewer than there may be. */
    int stopPublishing() throws InterruptedException, TimeoutException {
        int messages = flow.stop();
        if (messages == most) {
            throw new IllegalStateException("no more than " + most + " messages were there");
        }
        return messages;
    }

    /** How many messages were processed. */
    int processed() {
        return books.processed();
    }

    /** How many deliveries have failed. */
    int failures() {
        return books.failures();
    }

    /** How long after they were due the bean had those that do not fail, of a steady rate. */
    Percentiles latencies(int from, int to) {
        return new Percentiles(books.waits(from, to, flow::due));
    }

    /**
     * Waits until all is over, and insists that each message was processed once, or tried as often
     * as it may and parked, and that nothing is left.
     */
    void end(int messages) throws Exception {
        int failing = books.failing(messages);
        String parking = RetryAdapter.parkingQueue(name);
        Waits.until(() -> books.processed() >= messages - failing, "the messages that do not fail");
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
