package io.leveret.it.servers;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for conditions that nobody announces, by asking again until a deadline. */
final class Eventually {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private Eventually() {}

    /** {@link #value} with the usual limit of 20 s. */
    static <T> T value(String what, Callable<T> current, Predicate<T> wanted) {
        return value(what, LIMIT, current, wanted);
    }

    /**
     * Asks until the value is as wanted.
     *
     * @param what names the value in the failure
     * @return the first value that is as wanted
     * @throws AssertionError with the last value, or the last exception as its cause, when the
     *     limit is over
     */
    static <T> T value(String what, Duration limit, Callable<T> current, Predicate<T> wanted) {
        long end = System.nanoTime() + limit.toNanos();
        T last = null;
        Exception failure = null;
        do {
            try {
                last = current.call();
                failure = null;
                if (wanted.test(last)) {
                    return last;
                }
            } catch (Exception e) {
                failure = e;
            }
            LockSupport.parkNanos(PAUSE);
        } while (System.nanoTime() < end);
        String seen = failure == null ? Objects.toString(last) : failure.toString();
        throw new AssertionError(what + " after " + limit.toSeconds() + " s: " + seen, failure);
    }

    /**
     * Asks all the time whether something has happened, and insists that it has not.
     *
     * @param what names it in the failure
     * @throws AssertionError as soon as it has
     */
    static void never(String what, Duration time, Callable<Boolean> happened) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        do {
            if (happened.call()) {
                throw new AssertionError(what);
            }
            LockSupport.parkNanos(PAUSE);
        } while (System.nanoTime() < end);
    }
}
