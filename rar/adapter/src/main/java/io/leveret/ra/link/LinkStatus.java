package io.leveret.ra.link;

import io.leveret.ra.settings.HostPort;
import java.time.Instant;

/**
 * What others may know of a link at one moment.
 *
 * @param since when it came into this state
 * @param host where it is, or tried last; null before the first attempt
 * @param connection null while it is not up
 * @param cause why it is not up, or was not the last time; null when it always was
 * @param attempt the how many-th attempt of this outage was the last
 * @param nextAttemptNanos when the next one is due, {@link System#nanoTime}; null when none is
 *     planned
 * @param reconnects how often it has come back; -1 before it was up
 */
record LinkStatus(
        LinkState state,
        Instant since,
        HostPort host,
        OpenConnection connection,
        Throwable cause,
        int attempt,
        Long nextAttemptNanos,
        long reconnects) {}
