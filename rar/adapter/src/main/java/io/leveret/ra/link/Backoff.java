package io.leveret.ra.link;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How long to wait before the next attempt: full jitter, a delay drawn evenly between 1 ms and a
 * bound. The bound starts at {@code interval} and grows by {@code multiplier} with each attempt. It
 * stays below one second for the first 30 s of an outage, so that a short outage ends soon, and
 * grows to {@code max} after, so that a long one costs little. An outage counts as over only when
 * the connection was up for {@link #STABLE}; a flapping broker does not reset it.
 *
 * <p>Source: "full jitter" of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015.
 *
 * <p>Not thread-safe: guarded by its owner.
 */
public final class Backoff {

    /** How long a connection must have been up for the next loss to count as a new outage. */
    static final Duration STABLE = Duration.ofSeconds(2);

    private static final long EAGER_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long EAGER_BOUND_MILLIS = 500;

    private final long interval;
    private final int multiplier;
    private final long max;
    private final LongSupplier clock;
    private final DoubleSupplier random;

    private boolean inOutage;
    private long outageStart;
    private double bound;
    private int attempt;

    /**
     * Creates a back-off.
     *
     * @param interval the first bound
     * @param multiplier growth per attempt
     * @param max the greatest bound
     */
    public Backoff(Duration interval, int multiplier, Duration max) {
        this(interval, multiplier, max, System::nanoTime, Math::random);
    }

    Backoff(
            Duration interval,
            int multiplier,
            Duration max,
            LongSupplier clock,
            DoubleSupplier random) {
        this.interval = interval.toMillis();
        this.multiplier = multiplier;
        this.max = max.toMillis();
        this.clock = clock;
        this.random = random;
    }

    /**
     * Notes a loss after success.
     *
     * @param upNanos how long it had worked
     */
    public void lost(long upNanos) {
        if (isStable(upNanos)) {
            inOutage = false;
        }
    }

    /**
     * Says whether something worked long enough for its loss to be a new outage.
     *
     * @param upNanos how long it had worked
     * @return true from {@code STABLE} on
     */
    public static boolean isStable(long upNanos) {
        return upNanos >= STABLE.toNanos();
    }

    /**
     * Draws the delay before the next attempt.
     *
     * @return the delay
     */
    public Duration next() {
        long now = clock.getAsLong();
        if (!inOutage) {
            inOutage = true;
            outageStart = now;
            attempt = 0;
            bound = interval;
        } else {
            bound = Math.min(max, bound * multiplier);
        }
        attempt++;
        boolean eager = now - outageStart < EAGER_NANOS;
        if (eager) {
            bound = Math.min(bound, Math.max(EAGER_BOUND_MILLIS, interval));
        }
        long limit = (long) Math.min(bound, max);
        return Duration.ofMillis(1 + (long) (random.getAsDouble() * limit));
    }

    /**
     * Gives the number of the attempt that the last delay leads to.
     *
     * @return 1 for the first
     */
    public int attempt() {
        return attempt;
    }
}
