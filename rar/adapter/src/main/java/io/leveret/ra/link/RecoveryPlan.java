package io.leveret.ra.link;

import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.Recovery;
import java.time.Duration;

/**
 * What a link does after it was lost, or after an attempt has failed: it backs off, or it has
 * failed, and then it looks again after the probe interval, or waits for the operator.
 *
 * <pre>{@code
 *                    | attempts or time left      | used up
 * AUTOMATIC          | BACKING_OFF, back-off      | FAILED, probe interval
 * LIMITED            | BACKING_OFF, back-off      | FAILED, nothing
 * MANUAL, lost       | FAILED, nothing            |
 * MANUAL, else       | BACKING_OFF, back-off      | FAILED, nothing
 * }</pre>
 *
 * <p>Not thread-safe: guarded by its owner.
 */
final class RecoveryPlan {

    /**
     * One decision.
     *
     * @param state what the link becomes
     * @param pause until the next attempt, null when there is none
     * @param again whether it had failed before and a probe has failed, which is no news
     */
    record Step(LinkState state, Duration pause, boolean again) {}

    private final Recovery recovery;
    private final Duration probeInterval;
    private final Backoff backoff;

    RecoveryPlan(LinkSettings.Reconnect settings) {
        this.recovery = settings.recovery();
        this.probeInterval = settings.probeInterval();
        this.backoff = new Backoff(settings);
    }

    /** The next failure is the first of a new outage. */
    void restart() {
        backoff.restart();
    }

    /** The how many-th attempt of this outage was the last; 0 before the first. */
    int attempt() {
        return backoff.attempt();
    }

    /**
     * Decides after a loss.
     *
     * @param upNanos how long the connection had been up
     */
    Step lost(long upNanos) {
        backoff.lost(upNanos);
        return recovery == Recovery.MANUAL ? new Step(LinkState.FAILED, null, false) : next(false);
    }

    /** Decides after an attempt that has failed. */
    Step failed() {
        return next(backoff.isExhausted());
    }

    private Step next(boolean again) {
        Duration delay = backoff.next();
        if (delay != null) {
            return new Step(LinkState.BACKING_OFF, delay, false);
        }
        boolean probes = recovery == Recovery.AUTOMATIC;
        return new Step(LinkState.FAILED, probes ? probeInterval : null, again);
    }
}
