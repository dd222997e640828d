package io.leveret;

/**
 * No connection could be had, or it was lost, or it gave no answer in time: the broker is not
 * reachable, refuses the credentials, the pool is exhausted, or the resource adapter has stopped.
 * Nothing was sent. It may work later.
 *
 * <pre>{@code
 * try (MqConnection connection = factory.getConnection()) {
 *     return connection.get("orders");
 * } catch (MqConnectionException e) {
 *     return Optional.empty(); // the adapter connects again by itself
 * }
 * }</pre>
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
