package io.leveret.ra.link;

import io.leveret.ra.settings.LinkSettings;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How long to wait before the next attempt: full jitter, a delay drawn evenly between 1 ms and a
 * bound. The bound starts at {@code interval} and grows by {@code multiplier} with each attempt. It
 * stays below one second for the first 30 s of an outage, so that a short outage ends soon, and
 * grows to {@code max} after, so that a long one costs little. An outage counts as over only when
 * the connection was up for the stable period; a flapping broker does not reset it.
 *
 * <p>Source: "full jitter" of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015.
 *
 * <p>Not thread-safe: guarded by its owner.
 */
public final class Backoff {

    private static final long EAGER_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long EAGER_BOUND_MILLIS = 500;

    private final long interval;
    private final int multiplier;
    private final long max;
    private final long stableNanos;
    private final LongSupplier clock;
    private final DoubleSupplier random;

    private boolean inOutage;
    private long outageStart;
    private double bound;
    private int attempt;

    /**
     * Creates a back-off.
     *
     * @param settings its figures
     */
    public Backoff(LinkSettings.Reconnect settings) {
        this(settings, System::nanoTime, Math::random);
    }

    Backoff(LinkSettings.Reconnect settings, LongSupplier clock, DoubleSupplier random) {
        this.interval = settings.interval().toMillis();
        this.multiplier = settings.multiplier();
        this.max = settings.maxInterval().toMillis();
        this.stableNanos = settings.stablePeriod().toNanos();
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
     * @return true from the stable period on
     */
    public boolean isStable(long upNanos) {
        return upNanos >= stableNanos;
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
