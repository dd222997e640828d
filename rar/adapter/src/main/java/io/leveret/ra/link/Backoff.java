package io.leveret.ra.link;

import io.leveret.ra.settings.LinkSettings;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How long to wait before the next attempt: full jitter, a delay drawn evenly between 1 ms and a
 * bound. The bound starts at {@code interval} and grows by {@code multiplier} with each attempt.
 * For the first 30 s of an outage it is at most 500 ms, or {@code interval} where that is more, so
 * that a short outage ends soon; it grows to {@code max} after, so that a long one costs little. An
 * outage counts as over only when the connection was up for the stable period; a flapping broker
 * does not reset it. Attempts and time of one outage may be limited.
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
    private final int attempts;
    private final long limitNanos;
    private final LongSupplier clock;
    private final DoubleSupplier random;

    private boolean inOutage;
    private long outageStart;
    private double bound;
    private int attempt;
    private boolean exhausted;

    /**
     * Creates a back-off.
     *
     * @param settings its figures
     */
    public Backoff(LinkSettings.Reconnect settings) {
        this(settings, System::nanoTime, Math::random);
    }

    /**
     * Creates a back-off that never gives up.
     *
     * @param settings its figures; the limits are left out
     * @return the back-off
     */
    public static Backoff withoutLimits(LinkSettings.Reconnect settings) {
        return new Backoff(
                new LinkSettings.Reconnect(
                        settings.interval(),
                        settings.multiplier(),
                        settings.maxInterval(),
                        0,
                        Duration.ZERO,
                        settings.stablePeriod(),
                        settings.recovery(),
                        settings.probeInterval()));
    }

    Backoff(LinkSettings.Reconnect settings, LongSupplier clock, DoubleSupplier random) {
        this.interval = settings.interval().toMillis();
        this.multiplier = settings.multiplier();
        this.max = settings.maxInterval().toMillis();
        this.stableNanos = settings.stablePeriod().toNanos();
        this.attempts = settings.attempts();
        this.limitNanos = settings.timeLimit().toNanos();
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

    /** Makes the next failure the first of a new outage, as after a word of the operator. */
    public void restart() {
        inOutage = false;
        exhausted = false;
        attempt = 0;
    }

    /** Whether the limits of this outage are used up. */
    boolean isExhausted() {
        return exhausted;
    }

    /**
     * Draws the delay before the next attempt.
     *
     * @return the delay, or null when the number of attempts or the time limit is used up
     */
    public Duration next() {
        long now = clock.getAsLong();
        if (!inOutage) {
            inOutage = true;
            outageStart = now;
            attempt = 0;
            exhausted = false;
            bound = interval;
        } else {
            bound = Math.min(max, bound * multiplier);
        }
        attempt++;
        long left = limitNanos - (now - outageStart);
        if (attempts > 0 && attempt > attempts || limitNanos > 0 && left <= 0) {
            exhausted = true;
            return null;
        }
        boolean eager = now - outageStart < EAGER_NANOS;
        if (eager) {
            bound = Math.min(bound, Math.max(EAGER_BOUND_MILLIS, interval));
        }
        long limit = (long) Math.min(bound, max);
        Duration delay = Duration.ofMillis(1 + (long) (random.getAsDouble() * limit));
        // Not beyond the time limit: its end is told when it comes.
        return limitNanos > 0 && delay.toNanos() > left ? Duration.ofNanos(left) : delay;
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
