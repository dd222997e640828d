package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import java.time.Duration;
import java.util.Date;

/**
 * Finds out that everything fails, over all sessions of an activation: then it is not the messages.
 * Going on would only move a whole queue to where the failed ones are.
 *
 * <pre>{@code
 *          so many failures in a row              the pause is over, or an operator says so
 * HEALTHY ---------------------------> PAUSED ----------------------------------------------> PROBING
 *    ^                                   ^                                                    |   |
 *    |                                   +--it fails (the pause doubles), or nobody takes it--+   |
 *    +--it is processed---------------------------------------------------------------------------+
 * }</pre>
 *
 * <p>What counts is what has failed since a message was processed last: a message that had failed
 * before that, and now fails again, says nothing new. Else the few bad ones of a large batch, which
 * come again together when all others are done, would look like a row, and be tried at the pace of
 * probes.
 *
 * <p>While it is PAUSED each session holds the delivery that it has, unsettled and not tried, and
 * looks again every second; in PROBING one of them may run. Consumers stay, so that no more than
 * their prefetch waits here.
 *
 * <p>Failure cases: the probe's channel is lost, or it hangs (its session is held up, another one
 * probes when the longest pause is over). Thread-safe; what a healthy activation costs is a read of
 * two fields, and a look at the clock.
 */
final class PoisonWatch {

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /** How often a session that must wait looks again. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Times in headers have no parts of it, ms. */
    private static final long SECOND = 1_000;

    private final ActivationReport report;
    private final int threshold;
    private Duration pause = FIRST_PAUSE;
    private long due;
    private volatile long lastSuccess = System.currentTimeMillis();
    private volatile int failures;
    private volatile boolean paused;

    /**
     * Creates a watch.
     *
     * @param threshold how many failures in a row are too many; 0 for never
     */
    PoisonWatch(ActivationReport report, int threshold) {
        this.report = report;
        this.threshold = threshold;
    }

    /** Counts the failures since a message was processed last. */
    int failures() {
        return failures;
    }

    boolean isPaused() {
        return paused;
    }

    /**
     * Asks whether a delivery may run now; if so, its end must be told.
     *
     * @return zero if it may, else after what time to ask again
     */
    Duration pause(long now) {
        return paused ? claim(now) : Duration.ZERO;
    }

    private synchronized Duration claim(long now) {
        if (!paused) {
            return Duration.ZERO;
        }
        if (now - due >= 0) {
            due = now + LONGEST_PAUSE.toNanos(); // others must wait for how this one ends
            return Duration.ZERO;
        }
        return LOOK;
    }

    /** A message was processed. */
    void succeeded() {
        lastSuccess = System.currentTimeMillis();
        if (failures == 0) {
            return;
        }
        int before;
        boolean was;
        synchronized (this) {
            before = failures;
            was = paused;
            failures = 0;
            paused = false;
            pause = FIRST_PAUSE;
        }
        if (was) {
            report.say(
                    MqEvent.Severity.INFO,
                    "goes on: a message was processed after " + before + " failures in a row",
                    null);
        }
    }

    /**
     * A message has failed, and that was counted.
     *
     * @param first when it failed for the first time; null when that is not known
     */
    void failed(Throwable why, Date first) {
        boolean begins;
        synchronized (this) {
            if (first != null && first.getTime() + SECOND < lastSuccess) {
                isOldNews();
                return;
            }
            failures++;
            begins = !paused && threshold > 0 && failures >= threshold;
            if (paused) {
                Duration longer = pause.multipliedBy(2);
                pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
            }
            paused |= begins;
            untried();
        }
        if (begins) {
            report.say(
                    MqEvent.Severity.ALARM,
                    "pauses: "
                            + threshold
                            + " messages in a row have failed; tries one at a time, after pauses of "
                            + FIRST_PAUSE.toSeconds()
                            + " to "
                            + LONGEST_PAUSE.toSeconds()
                            + " s, until one is processed",
                    why);
        }
    }

    /** Under the monitor: the next one may tell more, so it need not wait for long. */
    private void isOldNews() {
        if (paused) {
            due = System.nanoTime() + FIRST_PAUSE.toNanos();
        }
    }

    /** A delivery that might run has not been tried, or not to its end: the next one is to. */
    synchronized void untried() {
        if (paused) {
            due = System.nanoTime() + pause.toNanos();
        }
    }

    /** An operator asks to try one now. */
    synchronized void tryNow() {
        due = System.nanoTime();
    }
}
