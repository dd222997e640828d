package io.leveret;

/**
 * A handle to a pooled connection (an AMQP channel), for those who want one instead of an {@link
 * MqPublisher}.
 *
 * <pre>{@code
 * try (MqConnection connection = factory.getConnection()) {
 *     connection.publish("", "orders", MqMessage.text("an order"));
 * }
 * }</pre>
 *
 * <p>Open, use and close it in one method. While it is open it keeps its place in the pool. Calls
 * from several threads are safe, one after the other.
 */
public interface MqConnection extends AutoCloseable {

    /**
     * Publishes one message, with the meaning of the factory's transaction mode, publish timeout
     * and publish retries as in {@link MqPublisher#publish(String, String, MqMessage)}, but without
     * waiting for a lost connection: this handle is bound to one. Only what is made again waits,
     * and may go over another connection of the same user.
     *
     * @param exchange the exchange; empty for the default exchange
     * @param routingKey the routing key; with the default exchange the name of a queue
     * @param message the message
     * @throws MqPublishException when it ends otherwise than confirmed
     * @throws IllegalStateException when the handle is closed
     */
    void publish(String exchange, String routingKey, MqMessage message);

    /** Returns the connection to the pool. Closing twice does nothing. */
    @Override
    void close();
}
