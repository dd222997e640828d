package io.leveret.ra.inbound;

import io.leveret.ra.link.Threads;
import java.time.Duration;

/**
 * Watches how long the delivery of one session runs.
 *
 * <pre>{@code
 *         begins             the threshold has passed
 * IDLE ---------> RUNNING ------------------------------> STUCK
 *  ^                 |                                      |
 *  +-----ends--------+------------------ends----------------+
 * }</pre>
 *
 * <p>It looks by timer, and only while something runs: at most one look is planned. Thread-safe.
 */
final class StuckWatch {

    /** What is told, on a worker thread or that of the delivery; nothing is held meanwhile. */
    interface Listener {

        /** The delivery runs for too long. */
        void stuck(Delivery delivery, Duration since);

        /** It has ended after all. */
        void free(Delivery delivery, Duration after);
    }

    private final Threads threads;
    private final Duration threshold;
    private final Listener listener;
    private Delivery running;
    private long since;
    private boolean planned;
    private volatile boolean stuck;

    /**
     * Creates a watch.
     *
     * @param threshold from when on a delivery is stuck; zero for never
     */
    StuckWatch(Threads threads, Duration threshold, Listener listener) {
        this.threads = threads;
        this.threshold = threshold;
        this.listener = listener;
    }

    boolean isStuck() {
        return stuck;
    }

    synchronized void begins(Delivery delivery) {
        running = delivery;
        since = System.nanoTime();
        if (!planned && !threshold.isZero()) {
            planned = true;
            threads.after(threshold, this::look);
        }
    }

    void ends() {
        Delivery ended;
        Duration after;
        synchronized (this) {
            ended = running;
            running = null;
            if (!stuck) {
                return;
            }
            stuck = false;
            after = age();
        }
        listener.free(ended, after);
    }

    private void look() {
        Delivery late;
        Duration age;
        synchronized (this) {
            planned = false;
            late = running;
            age = age();
            if (late == null || stuck) {
                return;
            }
            if (age.compareTo(threshold) < 0) {
                planned = true;
                threads.after(threshold.minus(age), this::look);
                return;
            }
            stuck = true;
        }
        listener.stuck(late, age);
    }

    private Duration age() {
        return Duration.ofNanos(System.nanoTime() - since);
    }
}
