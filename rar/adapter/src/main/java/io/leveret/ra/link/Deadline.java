package io.leveret.ra.link;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A point in time by which a caller wants to be back. Immutable and thread-safe. */
public final class Deadline {

    private final long at;

    private Deadline(long at) {
        this.at = at;
    }

    /**
     * Sets a deadline.
     *
     * @param time from now
     * @return the deadline
     */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /**
     * Gives the earlier of this deadline and another one.
     *
     * @param time from now
     * @return the earlier one
     */
    public Deadline atMost(Duration time) {
        Deadline other = in(time);
        return other.at - at < 0 ? other : this;
    }

    /**
     * Gives the time left.
     *
     * @return nanoseconds, 0 when over
     */
    public long nanos() {
        return Math.max(0, at - System.nanoTime());
    }

    /**
     * Gives the time left, rounded up.
     *
     * @return milliseconds, 0 when over
     */
    public long millis() {
        return TimeUnit.NANOSECONDS.toMillis(nanos() + 999_999);
    }

    /**
     * Says whether it has passed.
     *
     * @return true when no time is left
     */
    public boolean isOver() {
        return nanos() == 0;
    }

    /**
     * Pauses between two attempts: for the given time, but not beyond the deadline. It waits for
     * nothing in particular; whatever has an event to wait for must not use it.
     *
     * @param time how long
     * @throws InterruptedException when the caller is interrupted
     */
    public void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + Math.min(time.toNanos(), nanos());
        long left;
        while ((left = end - System.nanoTime()) > 0) {
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
