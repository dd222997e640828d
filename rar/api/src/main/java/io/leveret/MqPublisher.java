package io.leveret;

/**
 * Publishes messages and returns when the broker has confirmed them.
 *
 * <pre>{@code
 * @Inject
 * @MqTarget(exchange = "orders", routingKey = "new")
 * MqPublisher orders;
 *
 * orders.publish("an order");
 * }</pre>
 *
 * <p>Messages are mandatory, and persistent unless they say otherwise. Each call ends in exactly
 * one {@link MqOutcome}; whatever is not {@link MqOutcome#CONFIRMED} is thrown as {@link
 * MqPublishException}. A call takes at most the publish timeout ({@code publishTimeout}, 10,000 ms
 * unless set). It waits for a lost connection to come back within that time. While it waits for the
 * confirm it holds no pooled connection, so that many threads share a few.
 *
 * <p>In a JTA transaction with {@link MqTransactionMode#AFTER_COMMIT} a call only enlists the
 * message: what cannot be published after the commit cannot be thrown at the caller any more and is
 * reported in the log.
 *
 * <p>Thread-safe. A publisher needs no closing.
 */
public interface MqPublisher {

    /**
     * Publishes to the target's exchange and routing key.
     *
     * @param message the message
     * @throws MqPublishException when it ends otherwise than confirmed
     * @throws IllegalStateException when the publisher has no target exchange or routing key
     */
    void publish(MqMessage message);

    /**
     * Publishes to the target's exchange with another routing key.
     *
     * @param routingKey the routing key; with the default exchange the name of a queue
     * @param message the message
     * @throws MqPublishException when it ends otherwise than confirmed
     */
    void publish(String routingKey, MqMessage message);

    /**
     * Publishes to any exchange.
     *
     * @param exchange the exchange; empty for the default exchange
     * @param routingKey the routing key; with the default exchange the name of a queue
     * @param message the message
     * @throws MqPublishException when it ends otherwise than confirmed
     */
    void publish(String exchange, String routingKey, MqMessage message);

    /**
     * Publishes text to the target, as UTF-8 with content type {@code text/plain}.
     *
     * @param text the body
     * @throws MqPublishException when it ends otherwise than confirmed
     */
    default void publish(String text) {
        publish(MqMessage.text(text));
    }
}
