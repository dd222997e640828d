package io.leveret.it.bench.retry;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.leveret.it.bench.load.Body;
import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Publishes 1 kB persistent messages by a thread and a bare client of its own: at a steady rate, or
 * so that a queue stays full. {@link #due} is thread-safe, all else is for one thread.
 */
final class Flow implements AutoCloseable {

    private static final long LIMIT_SECONDS = 90;

    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(200);

    /** When a message may be published. */
    private interface Pace {

        /** How long it is still too early, in ns; 0 or less when it is not. */
        long early(int index);
    }

    private final Connection connection;
    private final Channel channel;
    private final String queue;
    private final int round;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread made = new Thread(task, "flow");
                        made.setDaemon(true);
                        return made;
                    });
    private Future<Integer> sent;
    private volatile long interval;
    private volatile long began;
    private volatile boolean stopped;

    Flow(BrokerNode broker, String queue, int round) throws IOException, TimeoutException {
        this.queue = queue;
        this.round = round;
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(broker.host());
        factory.setPort(broker.port());
        connection = factory.newConnection("flow");
        channel = connection.createChannel();
        channel.confirmSelect();
    }

    /**
     * Begins to publish at a steady rate. Each message has a moment at which it is due, so that a
     * time that is counted from there holds all delays, also those of this thread.
     */
    void start(int perSecond, int most) {
        interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
        began = System.nanoTime();
        sent = thread.submit(() -> publish(most, index -> due(index) - System.nanoTime()));
    }

    /**
     * Begins to keep a number of messages in the queue that were never delivered.
     *
     * @param delivered how many messages were delivered at least once
     */
    void keep(int backlog, int most, IntSupplier delivered) {
        Pace pace = index -> index - delivered.getAsInt() < backlog ? 0 : PAUSE;
        sent = thread.submit(() -> publish(most, pace));
    }

    /** When a message had to be published at the steady rate, as {@link System#nanoTime}. */
    long due(int index) {
        return began + index * interval;
    }

    private int publish(int most, Pace pace) throws Exception {
        int index = 0;
        while (index < most && !stopped) {
            long early = pace.early(index);
            if (early > 0) {
                LockSupport.parkNanos(early);
                continue;
            }
            channel.basicPublish(
                    "", queue, true, MessageProperties.PERSISTENT_BASIC, Body.of(round, index));
            index++;
        }
        channel.waitForConfirmsOrDie(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
        return index;
    }

    /** Waits until all are published and confirmed; gives their number. */
    int finish() throws InterruptedException, TimeoutException {
        try {
            return sent.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("publishing has failed", e.getCause());
        }
    }

    /** The same, but publishes no more. */
    int stop() throws InterruptedException, TimeoutException {
        stopped = true;
        return finish();
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        thread.shutdownNow();
        connection.close();
    }
}
