package io.leveret.ra.retry;

import java.time.Duration;

/**
 * What is to become of a message that has failed.
 *
 * @param next what
 * @param delay after what time it is tried again, zero when it is not
 * @param outlook the same for a log, a half sentence
 * @param reason why it is at its end, null when it is not
 */
public record Verdict(Next next, Duration delay, String outlook, String reason) {

    /** What can become of it. */
    public enum Next {
        /** It comes again. */
        AGAIN,
        /** It is tried again where it is, and this try is not counted. */
        UNCOUNTED,
        /** It is at its end. */
        END
    }
}
