package io.leveret;

/**
 * The root of everything that Leveret throws at applications. Unchecked: in an enterprise bean it
 * rolls the transaction back unless it is caught.
 */
public class MqException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened and what to do; never holds a secret
     */
    public MqException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened and what to do; never holds a secret
     * @param cause what caused it, may be null
     */
    public MqException(String message, Throwable cause) {
        super(message, cause);
    }
}
