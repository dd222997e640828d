package io.leveret.it.node;

/**
 * A private server of a test cannot be had or does not do what it was told; the message says why.
 */
public final class NodeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param message what happened, and what to do about it
     */
    public NodeException(String message) {
        super(message);
    }

    /**
     * Creates one with a cause.
     *
     * @param message what happened, and what to do about it
     * @param cause what made it happen
     */
    public NodeException(String message, Throwable cause) {
        super(message, cause);
    }
}
