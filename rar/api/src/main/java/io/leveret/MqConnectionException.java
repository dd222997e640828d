package io.leveret;

/**
 * No connection could be had: the broker is not reachable, refuses the credentials, the pool is
 * exhausted, or the resource adapter has stopped. Nothing was sent.
 */
public class MqConnectionException extends MqException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, with the cause and the time of the next attempt where known
     * @param cause what caused it, may be null
     */
    public MqConnectionException(String message, Throwable cause) {
        super(message, cause);
    }
}
