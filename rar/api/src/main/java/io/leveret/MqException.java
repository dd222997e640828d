package io.leveret;

/**
 * The root of everything that Leveret throws at applications. Unchecked: in an enterprise bean it
 * rolls the transaction back unless it is caught.
 *
 * <pre>{@code
 * try {
 *     orders.publish("an order");
 * } catch (MqPublishException e) { // how it ended: e.outcome()
 *     log.warn(e.getMessage());
 * } catch (MqException e) { // anything else
 *     throw new EJBException(e);
 * }
 * }</pre>
 *
 * <p>Calls that make no sense, such as with a closed handle or a malformed topology, throw {@link
 * IllegalStateException} and {@link IllegalArgumentException}.
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
