package io.leveret.it.servers.publish;

/** Which part of the API publishes. */
public enum Style {
    /** {@code publish} of a publisher that a connection factory has created. */
    PUBLISH(1),
    /** {@code publishAll} of such a publisher. */
    ALL(8),
    /** {@code publishAsync} of such a publisher. */
    ASYNC(8),
    /** {@code publish} of a connection handle. */
    HANDLE(2),
    /** {@code publish} of an injected publisher. */
    INJECTED(1);

    private final int messages;

    Style(int messages) {
        this.messages = messages;
    }

    /** How many messages one call of the bean publishes so. */
    public int messages() {
        return messages;
    }
}
