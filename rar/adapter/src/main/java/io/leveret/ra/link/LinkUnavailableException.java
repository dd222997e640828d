package io.leveret.ra.link;

/**
 * No channel can be had now. The message says why and, while a link is backing off, when the next
 * attempt is.
 */
public final class LinkUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    LinkUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
