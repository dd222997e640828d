package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.settings.PublishRetrySettings;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The tries of one publish: whether there is another one, and how the publish ends over all of
 * them. What is told is the last outcome, unless an earlier try may have left the message somewhere
 * and the last one does not say so:
 *
 * <pre>
 * an earlier try   the last try                       the publish
 * none             any                                as the last try
 * NACKED           CONFIRMED                          CONFIRMED
 * NACKED           NACKED, RETURNED, NOT_SENT         NACKED   (other queues may hold it)
 * NACKED           UNKNOWN                            UNKNOWN
 * UNKNOWN          CONFIRMED                          CONFIRMED
 * UNKNOWN          NACKED, RETURNED, NOT_SENT         UNKNOWN  (it may be stored)
 * UNKNOWN          UNKNOWN                            UNKNOWN
 * </pre>
 *
 * <p>Made again is what was nacked, and if that is asked for what is unknown because the channel
 * was lost or the write failed; never what was returned, what the caller stopped waiting for, or
 * what the pause would take beyond the deadline. What was not written because its channel ended
 * before is tried as often as there is time: like waiting for a connection (see {@link
 * Leases#until}) that is no repetition, and needs no mark.
 *
 * <p>Used by one thread at a time.
 */
final class Tries {

    /** The pause grows up to sixteen times itself. */
    private static final int MOST_DOUBLINGS = 4;

    /** Long enough for the loss of a channel to be known everywhere. */
    private static final Duration AT_ONCE = Duration.ofMillis(10);

    private final PublishRetrySettings plan;
    private final Deadline deadline;
    private int repetitions;
    private Result earlier;

    Tries(PublishRetrySettings plan, Deadline deadline) {
        this.plan = plan;
        this.deadline = deadline;
    }

    /**
     * Takes how a try has ended.
     *
     * @return after what pause there is another try; null when there is none
     */
    Duration next(Result result) {
        if (result.isLeftOver()) {
            return inTime(AT_ONCE);
        }
        if (repetitions >= plan.retries() || !isRepeatable(result)) {
            return null;
        }
        Duration pause = inTime(pause());
        if (pause == null) {
            return null;
        }
        if (earlier == null || doubt(result) >= doubt(earlier)) {
            earlier = result;
        }
        repetitions++;
        return pause;
    }

    /** Returns null when the pause would last until the deadline, or longer. */
    private Duration inTime(Duration pause) {
        return pause.toNanos() < deadline.nanos() ? pause : null;
    }

    /** Gives what is published next: with the mark, unless nothing was written yet. */
    Publication again(Publication p) {
        return earlier == null ? p : p.marked();
    }

    /** A try was written: counts it when it is not the first one. */
    void written(FactoryStatus factory) {
        if (repetitions > 0) {
            factory.repeated();
        }
    }

    private boolean isRepeatable(Result result) {
        return switch (result.outcome()) {
            case NACKED -> true;
            case UNKNOWN ->
                    plan.unknownToo()
                            && result.cause() != null
                            && !(result.cause() instanceof InterruptedException);
            default -> false;
        };
    }

    /** Spread evenly over half to one and a half times itself. */
    private Duration pause() {
        long most = plan.delay().toNanos() << Math.min(repetitions, MOST_DOUBLINGS);
        return Duration.ofNanos((long) (most * ThreadLocalRandom.current().nextDouble(0.5, 1.5)));
    }

    /** Gives how the publish ends when no try follows the last one. */
    Result whole(Result last) {
        if (earlier == null
                || last.outcome() == MqOutcome.CONFIRMED
                || doubt(last) >= doubt(earlier)) {
            return last;
        }
        return Result.of(
                earlier.outcome(),
                earlier.reason() + "; made again it ended " + last.outcome() + ": " + last.reason(),
                last.cause() == null ? earlier.cause() : last.cause());
    }

    private static int doubt(Result result) {
        return switch (result.outcome()) {
            case UNKNOWN -> 2;
            case NACKED -> 1;
            default -> 0;
        };
    }
}
