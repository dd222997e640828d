package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Threads that publish at a pace until they are stopped. Thread-safe. */
final class PublisherThreads implements AutoCloseable {

    private static final Duration FINISH = Duration.ofSeconds(30);

    private final ExecutorService threads;
    private final long paceNanos;
    private volatile boolean stopped;

    PublisherThreads(int count, Duration pace) {
        this.threads = Executors.newFixedThreadPool(count);
        this.paceNanos = pace.toNanos();
    }

    /** Does it on a thread of its own, again and again. */
    void repeat(Runnable step) {
        run(
                () -> {
                    while (!isStopped()) {
                        step.run();
                        pace();
                    }
                });
    }

    /** Runs a loop on a thread of its own; it asks {@link #isStopped} and keeps the pace. */
    void run(Runnable loop) {
        threads.execute(loop);
    }

    boolean isStopped() {
        return stopped;
    }

    void pace() {
        LockSupport.parkNanos(paceNanos);
    }

    /** Ends all of them, and fails when one hangs. */
    void stop() throws InterruptedException {
        stopped = true;
        threads.shutdown();
        assertTrue(
                threads.awaitTermination(FINISH.toMillis(), TimeUnit.MILLISECONDS),
                "publishers hang");
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
