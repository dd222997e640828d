package io.leveret;

import java.io.Serializable;
import java.time.Duration;

/**
 * How a publisher publishes. Immutable and thread-safe; each {@code with} method returns a changed
 * copy. A timeout of zero or less is refused with an {@link IllegalArgumentException}.
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
 */
public record MqPublisherOptions(
        String exchange,
        String routingKey,
        Duration publishTimeout,
        MqTransactionMode transactionMode)
        implements Serializable {

    /**
     * Creates options.
     *
     * @param exchange the target exchange, or null
     * @param routingKey the target routing key, or null
     * @param publishTimeout a positive time, or null
     * @param transactionMode the mode, or null
     * @throws IllegalArgumentException when the timeout is zero or negative
     */
    public MqPublisherOptions(
            String exchange,
            String routingKey,
            Duration publishTimeout,
            MqTransactionMode transactionMode) {
        if (publishTimeout != null && (publishTimeout.isZero() || publishTimeout.isNegative())) {
            throw new IllegalArgumentException(
                    "publishTimeout must be positive: " + publishTimeout);
        }
        this.exchange = exchange;
        this.routingKey = routingKey;
        this.publishTimeout = publishTimeout;
        this.transactionMode = transactionMode;
    }

    /**
     * Gives options without a target, everything else as the connection factory says.
     *
     * @return the defaults
     */
    public static MqPublisherOptions defaults() {
        return new MqPublisherOptions(null, null, null, null);
    }

    /**
     * Sets the target exchange.
     *
     * @param value the exchange, empty for the default exchange
     * @return a changed copy
     */
    public MqPublisherOptions withExchange(String value) {
        return new MqPublisherOptions(value, routingKey, publishTimeout, transactionMode);
    }

    /**
     * Sets the target routing key.
     *
     * @param value the routing key
     * @return a changed copy
     */
    public MqPublisherOptions withRoutingKey(String value) {
        return new MqPublisherOptions(exchange, value, publishTimeout, transactionMode);
    }

    /**
     * Sets the longest time that one call may take.
     *
     * @param value a positive time
     * @return a changed copy
     */
    public MqPublisherOptions withPublishTimeout(Duration value) {
        return new MqPublisherOptions(exchange, routingKey, value, transactionMode);
    }

    /**
     * Sets what a call means in a JTA transaction.
     *
     * @param value the mode
     * @return a changed copy
     */
    public MqPublisherOptions withTransactionMode(MqTransactionMode value) {
        return new MqPublisherOptions(exchange, routingKey, publishTimeout, value);
    }
}
