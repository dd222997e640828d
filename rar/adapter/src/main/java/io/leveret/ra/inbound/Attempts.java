package io.leveret.ra.inbound;

import io.leveret.ra.link.Backoff;
import io.leveret.ra.link.Threads;
import io.leveret.ra.settings.LinkSettings;
import java.time.Duration;
import java.util.concurrent.Future;

/**
 * When a session tries to subscribe again: one chain of attempts by timer, whose pauses grow until
 * a subscription has lasted. Whoever subscribes in between does so beside it.
 *
 * <p>Thread-safe; the monitor guards the fields only.
 */
final class Attempts {

    private final Threads threads;
    private final Runnable subscribe;
    private final Backoff backoff;
    private long since;
    private volatile int failed;
    private volatile boolean stopped;
    private volatile Future<?> timer;

    /**
     * Begins with none.
     *
     * @param subscribe makes an attempt; run on a worker thread
     */
    Attempts(Threads threads, LinkSettings.Reconnect pauses, Runnable subscribe) {
        this.threads = threads;
        this.subscribe = subscribe;
        this.backoff = Backoff.withoutLimits(pauses);
    }

    /** Counts failed attempts since it consumed last. */
    int failed() {
        return failed;
    }

    /** An attempt has succeeded. */
    synchronized void succeeded() {
        failed = 0;
        since = System.nanoTime();
    }

    /**
     * An attempt has failed.
     *
     * @return after what time the next one should be made
     */
    synchronized Duration fails() {
        failed++;
        return backoff.next();
    }

    /**
     * What has succeeded is lost.
     *
     * @return after what time the next attempt should be made: at once when it has lasted
     */
    synchronized Duration lost() {
        long up = System.nanoTime() - since;
        backoff.lost(up);
        return backoff.isStable(up) ? Duration.ZERO : backoff.next();
    }

    /** Makes an attempt after a time, in place of one that was to come. */
    synchronized void after(Duration delay) {
        Future<?> before = timer;
        if (before != null) {
            before.cancel(false); // one chain of attempts, whoever else asked for one
        }
        if (!stopped) {
            timer = threads.after(delay, subscribe);
        }
    }

    /** Makes no attempt any more. */
    void stop() {
        stopped = true;
        Future<?> next = timer;
        if (next != null) {
            next.cancel(false);
        }
    }
}
