package io.leveret;

import java.io.Serializable;
import java.time.Duration;

/**
 * How a publisher publishes. Immutable and thread-safe; each {@code with} method returns a changed
 * copy. What is out of range or contradicts itself is refused with an {@link
 * IllegalArgumentException}.
 *
 * <pre>{@code
 * MqPublisher p = factory.createPublisher(
 *     MqPublisherOptions.defaults().withExchange("orders").withRoutingKey("new"));
 * }</pre>
 *
 * @param exchange the target exchange, empty for the default exchange, null when each call names
 *     one
 * @param routingKey the target routing key, null when each call names one
 * @param publishTimeout the longest time that one call may take; null means the connection
 *     factory's {@code publishTimeout}
 * @param transactionMode what a call means in a JTA transaction; null means the connection
 *     factory's {@code transactionMode}
 * @param publishRetries how often a publish that was not confirmed is made again, 0 to 100; null
 *     means the connection factory's {@code publishRetries}
 * @param publishRetryUnknown whether one whose answer is missing is made again, too; null means the
 *     connection factory's {@code publishRetryUnknown}
 * @param unconfirmed whether messages are published without a confirm: see {@link #withUnconfirmed}
 */
public record MqPublisherOptions(
        String exchange,
        String routingKey,
        Duration publishTimeout,
        MqTransactionMode transactionMode,
        Integer publishRetries,
        Boolean publishRetryUnknown,
        boolean unconfirmed)
        implements Serializable {

    private static final int MOST_RETRIES = 100;

    /**
     * Creates options.
     *
     * @param exchange the target exchange, or null
     * @param routingKey the target routing key, or null
     * @param publishTimeout a positive time, or null
     * @param transactionMode the mode, or null
     * @param publishRetries 0 to 100, or null
     * @param publishRetryUnknown true or false, or null
     * @param unconfirmed whether to publish without a confirm
     * @throws IllegalArgumentException when the timeout is zero or negative, the retries are out of
     *     range, or {@code unconfirmed} stands beside retries or a mode that takes part in
     *     transactions
     */
    public MqPublisherOptions {
        if (publishTimeout != null && (publishTimeout.isZero() || publishTimeout.isNegative())) {
            throw new IllegalArgumentException(
                    "publishTimeout must be positive: " + publishTimeout);
        }
        if (publishRetries != null && (publishRetries < 0 || publishRetries > MOST_RETRIES)) {
            throw new IllegalArgumentException(
                    "publishRetries must be 0 to " + MOST_RETRIES + ": " + publishRetries);
        }
        if (unconfirmed && transactionMode != null && transactionMode != MqTransactionMode.NONE) {
            throw new IllegalArgumentException(
                    "unconfirmed contradicts transactionMode "
                            + transactionMode
                            + ": what is published without a confirm takes no part in"
                            + " transactions");
        }
        if (unconfirmed && (publishRetries != null || publishRetryUnknown != null)) {
            throw new IllegalArgumentException(
                    "unconfirmed contradicts publishRetries and publishRetryUnknown: nobody learns"
                            + " what would have to be published again");
        }
    }

    /**
     * Gives options without a target, everything else as the connection factory says.
     *
     * @return the defaults
     */
    public static MqPublisherOptions defaults() {
        return new MqPublisherOptions(null, null, null, null, null, null, false);
    }

    /**
     * Sets the target exchange.
     *
     * @param value the exchange, empty for the default exchange
     * @return a changed copy
     */
    public MqPublisherOptions withExchange(String value) {
        return new MqPublisherOptions(
                value,
                routingKey,
                publishTimeout,
                transactionMode,
                publishRetries,
                publishRetryUnknown,
                unconfirmed);
    }

    /**
     * Sets the target routing key.
     *
     * @param value the routing key
     * @return a changed copy
     */
    public MqPublisherOptions withRoutingKey(String value) {
        return new MqPublisherOptions(
                exchange,
                value,
                publishTimeout,
                transactionMode,
                publishRetries,
                publishRetryUnknown,
                unconfirmed);
    }

    /**
     * Sets the longest time that one call may take.
     *
     * @param value a positive time
     * @return a changed copy
     * @throws IllegalArgumentException when it is zero or negative
     */
    public MqPublisherOptions withPublishTimeout(Duration value) {
        return new MqPublisherOptions(
                exchange,
                routingKey,
                value,
                transactionMode,
                publishRetries,
                publishRetryUnknown,
                unconfirmed);
    }

    /**
     * Sets what a call means in a JTA transaction.
     *
     * @param value the mode
     * @return a changed copy
     * @throws IllegalArgumentException when it contradicts {@code unconfirmed}
     */
    public MqPublisherOptions withTransactionMode(MqTransactionMode value) {
        return new MqPublisherOptions(
                exchange,
                routingKey,
                publishTimeout,
                value,
                publishRetries,
                publishRetryUnknown,
                unconfirmed);
    }

    /**
     * Sets how often a publish that ended {@link MqOutcome#NACKED}, or with {@link
     * #withPublishRetryUnknown} {@link MqOutcome#UNKNOWN}, is made again, all within the publish
     * timeout: with the same message id, and marked as a {@linkplain MqMessage#possibleDuplicate()
     * possible duplicate}. What is thrown after the last try holds for all of them together. After
     * a commit a publish is repeated anyway.
     *
     * @param value 0 to 100
     * @return a changed copy
     * @throws IllegalArgumentException when it is out of range or contradicts {@code unconfirmed}
     */
    public MqPublisherOptions withPublishRetries(int value) {
        return new MqPublisherOptions(
                exchange,
                routingKey,
                publishTimeout,
                transactionMode,
                value,
                publishRetryUnknown,
                unconfirmed);
    }

    /**
     * Sets whether a publish is made again, too, whose connection was lost before the answer: it
     * may be stored twice. Has no effect without {@link #withPublishRetries publish retries}.
     *
     * @param value true to make it again
     * @return a changed copy
     * @throws IllegalArgumentException when it contradicts {@code unconfirmed}
     */
    public MqPublisherOptions withPublishRetryUnknown(boolean value) {
        return new MqPublisherOptions(
                exchange,
                routingKey,
                publishTimeout,
                transactionMode,
                publishRetries,
                value,
                unconfirmed);
    }

    /**
     * Sets whether messages are published without a confirm, for those who can bear to lose some: a
     * call returns when the message is written to the connection, and its stage completes then.
     *
     * <p>There is no outcome. A message <strong>may be lost without a word</strong>: when the
     * connection is lost, when the broker dies, when a queue refuses it, and when the exchange
     * routes it to no queue (it is not mandatory). Thrown are {@link MqOutcome#NOT_SENT} when
     * nothing could be written within the publish timeout (connection lost, broker blocks
     * publishers), and {@link MqOutcome#UNKNOWN} when the write failed. An exchange that was not
     * used yet is tried with a confirm first, and {@link MqOutcome#RETURNED} is thrown when it does
     * not exist or may not be written to. When that happens later, it costs what was written
     * behind, to whatever exchange; one WARNING event says how many messages may be lost, as it
     * does when the connection is lost.
     *
     * <p>It takes no part in transactions: inside one, too, a message is published at once, and a
     * rollback does not take it back. Nothing is repeated.
     *
     * @param value true to publish without a confirm
     * @return a changed copy
     * @throws IllegalArgumentException when it contradicts {@code transactionMode} or the retries
     */
    public MqPublisherOptions withUnconfirmed(boolean value) {
        return new MqPublisherOptions(
                exchange,
                routingKey,
                publishTimeout,
                transactionMode,
                publishRetries,
                publishRetryUnknown,
                value);
    }
}
