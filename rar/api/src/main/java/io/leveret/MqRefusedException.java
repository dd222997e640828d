package io.leveret;

/**
 * The broker has refused what was asked of it over a {@link MqConnection}: the queue does not
 * exist, the user may not use it, it is there but different. Asking again ends the same way until
 * something is changed; the message says what. The handle stays usable.
 *
 * <pre>{@code
 * try {
 *     connection.declare(MqTopology.empty().queue("orders type=quorum"));
 * } catch (MqRefusedException e) {
 *     if (e.replyCode() == 406) {
 *         // there is a queue of that name, and it is another one
 *     }
 * }
 * }</pre>
 */
public class MqRefusedException extends MqException {

    private static final long serialVersionUID = 1L;

    /** What the broker said. */
    private final int replyCode;

    /**
     * Creates the exception.
     *
     * @param replyCode the broker's reply code
     * @param message what was refused, in the broker's own words too, and what to do
     * @param cause what caused it, may be null
     */
    public MqRefusedException(int replyCode, String message, Throwable cause) {
        super(message, cause);
        this.replyCode = replyCode;
    }

    /**
     * Gives the reply code of AMQP.
     *
     * @return 403 no permission, 404 not there, 405 another connection's own, 406 there and
     *     different, or another code that is 400 or above
     */
    public int replyCode() {
        return replyCode;
    }
}
