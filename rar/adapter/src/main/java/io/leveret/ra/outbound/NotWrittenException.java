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
        /** The same; it was handed over already, and its channel ended before it was written. */
        LEFT_OVER,
        /** Time is over. */
        DEADLINE,
        /** It can never be written as it is. */
        PERMANENT
    }

    private final Kind kind;
    private final transient LinkGroup links;

    NotWrittenException(Kind kind, String message, Throwable cause) {
        this(kind, message, cause, linksIn(cause));
    }

    private NotWrittenException(Kind kind, String message, Throwable cause, LinkGroup links) {
        super(message, cause);
        this.kind = kind;
        this.links = links;
    }

    /** The same, with the links that it was tried on. */
    NotWrittenException on(LinkGroup group) {
        return new NotWrittenException(kind, getMessage(), getCause(), group);
    }

    boolean temporary() {
        return kind == Kind.TEMPORARY;
    }

    boolean leftOver() {
        return kind == Kind.LEFT_OVER;
    }

    boolean permanent() {
        return kind == Kind.PERMANENT;
    }

    /** The links that it was tried on, to wait for; null when it did not get as far. */
    LinkGroup links() {
        return links;
    }

    private static LinkGroup linksIn(Throwable cause) {
        LinksDownException down = Chain.find(cause, LinksDownException.class);
        if (down != null) {
            return down.links();
        }
        LinkUnavailableException unavailable = Chain.find(cause, LinkUnavailableException.class);
        return unavailable == null ? null : unavailable.group();
    }
}
