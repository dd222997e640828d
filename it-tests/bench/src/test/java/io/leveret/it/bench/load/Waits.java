package io.leveret.it.bench.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Bounded waits of the processes that are measured: none costs CPU time worth speaking of. */
public final class Waits {

    /** The longest time that one step of a round takes on a machine that is busy with others. */
    public static final long LIMIT_SECONDS = 50;

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private Waits() {}

    /**
     * Waits for a latch.
     *
     * @throws IllegalStateException when it does not open in time
     */
    public static void await(CountDownLatch latch, String what) {
        try {
            if (!latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("not in time: " + what);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting: " + what, e);
        }
    }

    /**
     * Waits for something that nobody announces.
     *
     * @throws IllegalStateException when it does not hold in time
     */
    public static void until(BooleanSupplier holds, String what) {
        until(holds, what, Duration.ofSeconds(LIMIT_SECONDS));
    }

    /** The same with a limit of its own. */
    public static void until(BooleanSupplier holds, String what, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("not in time: " + what);
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** Lets some time pass, where the passing of time is the point. */
    public static void pass(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
