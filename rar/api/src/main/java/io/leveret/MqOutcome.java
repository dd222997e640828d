package io.leveret;

/**
 * How a publish ended. Every publish ends in exactly one of these.
 *
 * <pre>{@code
 * try {
 *     orders.publish(message);
 * } catch (MqPublishException e) {
 *     switch (e.outcome()) {
 *         case NOT_SENT, RETURNED -> keep(message);   // stored nowhere
 *         default -> ask(message.messageId());        // may be stored
 *     }
 * }
 * }</pre>
 *
 * <p>Only {@link #CONFIRMED} is a success; the others reach the caller as {@link
 * MqPublishException#outcome()}.
 */
public enum MqOutcome {

    /** The broker took responsibility for the message: it is in every queue it was routed to. */
    CONFIRMED,

    /**
     * The broker gave the message back: its exchange routed it to no queue, does not exist, or may
     * not be written to. It is stored nowhere, and publishing it again is safe once the route
     * exists.
     */
    RETURNED,

    /**
     * The broker refused the message (for example a full queue with {@code reject-publish}). When
     * it was routed to several queues, others of them may hold it.
     */
    NACKED,

    /**
     * The message was written, or may have been, and no answer came. It may or may not be stored;
     * publishing it again may duplicate it.
     */
    UNKNOWN,

    /** Nothing of the message was written. It is stored nowhere; publishing it again is safe. */
    NOT_SENT;

    /**
     * Says whether repeating the publish may put the message into a queue twice.
     *
     * @return true for {@link #UNKNOWN} and {@link #NACKED}, and for {@link #CONFIRMED}
     */
    public boolean mayDuplicate() {
        return this == UNKNOWN || this == NACKED || this == CONFIRMED;
    }
}
