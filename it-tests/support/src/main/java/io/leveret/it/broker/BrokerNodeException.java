package io.leveret.it.broker;

/** A private broker node cannot be had or does not do what it was told; the message says why. */
public final class BrokerNodeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BrokerNodeException(String message) {
        super(message);
    }

    BrokerNodeException(String message, Throwable cause) {
        super(message, cause);
    }
}
