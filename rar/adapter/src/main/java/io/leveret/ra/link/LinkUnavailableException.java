package io.leveret.ra.link;

/**
 * No channel can be had now. The message says why and, while a link is backing off, when the next
 * attempt is.
 */
public final class LinkUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient LinkGroup group;

    LinkUnavailableException(String message, LinkGroup group, Throwable cause) {
        super(message, cause);
        this.group = group;
    }

    /**
     * Gives the links in question, to wait for.
     *
     * @return the group, or null when there is nothing to wait for
     */
    public LinkGroup group() {
        return group;
    }
}
