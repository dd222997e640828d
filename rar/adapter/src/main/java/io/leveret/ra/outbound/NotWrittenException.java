package io.leveret.ra.outbound;

import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;

/**
 * A publish was given up before anything of it was written, so that its outcome is NOT_SENT. It
 * took no sequence number: that is the proof.
 */
final class NotWrittenException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What can be hoped for. */
    enum Kind {
        /** Another channel, or the same one a little later, may take it. */
        TEMPORARY,
        /** Time is over. */
        DEADLINE,
        /** It can never be written as it is. */
        PERMANENT
    }

    private final Kind kind;

    NotWrittenException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    boolean temporary() {
        return kind == Kind.TEMPORARY;
    }

    boolean permanent() {
        return kind == Kind.PERMANENT;
    }

    /** The links that were not to be had, to wait for; null when it failed for another reason. */
    LinkGroup links() {
        for (Throwable at = getCause(); at != null; at = at.getCause()) {
            if (at instanceof LinkUnavailableException unavailable) {
                return unavailable.group();
            }
        }
        return null;
    }
}
