package io.leveret;

import java.util.List;
import java.util.concurrent.CompletionStage;

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
 * <p>With {@code publishRetries} (none unless set) a call publishes again what ended {@link
 * MqOutcome#NACKED}, and what ended {@link MqOutcome#UNKNOWN} if that is asked for, within the same
 * time: see {@link MqPublisherOptions#withPublishRetries}. What it throws is true of all tries.
 *
 * <p>All this is different for a publisher that was made {@linkplain
 * MqPublisherOptions#withUnconfirmed unconfirmed}.
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

    // --- batches ---

    /**
     * Publishes several messages to the target's exchange and routing key, as {@link
     * #publishAll(String, String, List)} does.
     *
     * @param messages the messages, in order
     * @throws MqBatchException when some end otherwise than confirmed
     * @throws IllegalStateException when the publisher has no target exchange or routing key
     */
    void publishAll(List<MqMessage> messages);

    /**
     * Publishes several messages to the target's exchange, as {@link #publishAll(String, String,
     * List)} does.
     *
     * @param routingKey the routing key; with the default exchange the name of a queue
     * @param messages the messages, in order
     * @throws MqBatchException when some end otherwise than confirmed
     */
    void publishAll(String routingKey, List<MqMessage> messages);

    /**
     * Publishes several messages in their order, without waiting for one before the next is
     * written, and returns when all are confirmed: many times faster than one after the other. The
     * whole batch has the publish timeout; what is not written by then ends {@link
     * MqOutcome#NOT_SENT}. A message that fails does not keep those behind it from being published;
     * those that are made again are, in their order, when all others are answered.
     *
     * <p>In a JTA transaction with {@link MqTransactionMode#AFTER_COMMIT} it only enlists them.
     *
     * @param exchange the exchange; empty for the default exchange
     * @param routingKey the routing key; with the default exchange the name of a queue
     * @param messages the messages, in order; none is no error
     * @throws MqBatchException when some end otherwise than confirmed
     */
    void publishAll(String exchange, String routingKey, List<MqMessage> messages);

    // --- without waiting for the confirm ---

    /**
     * Publishes to the target's exchange and routing key, as {@link #publishAsync(String, String,
     * MqMessage)} does.
     *
     * @param message the message
     * @return completes when the broker has confirmed it
     * @throws IllegalStateException when the publisher has no target exchange or routing key
     */
    CompletionStage<Void> publishAsync(MqMessage message);

    /**
     * Publishes to the target's exchange, as {@link #publishAsync(String, String, MqMessage)} does.
     *
     * @param routingKey the routing key; with the default exchange the name of a queue
     * @param message the message
     * @return completes when the broker has confirmed it
     */
    CompletionStage<Void> publishAsync(String routingKey, MqMessage message);

    /**
     * Hands a message over to be written and returns; the stage that it returns completes when the
     * broker has confirmed it, and exceptionally with a {@link MqPublishException} when it ends in
     * any other way, at the latest after the publish timeout. What one thread publishes so is
     * written in the order of its calls, except for what is made again, which comes when it may.
     *
     * <p>It waits, within the publish timeout, where it could not be written otherwise: for a lost
     * connection, for a broker that blocks publishers, for room when too many are unconfirmed. So a
     * caller cannot outrun the broker.
     *
     * <p>In a JTA transaction with {@link MqTransactionMode#AFTER_COMMIT} it only enlists the
     * message. The stage completes after the commit, or exceptionally with {@link
     * MqOutcome#NOT_SENT} when the transaction rolls back; waiting for it inside the transaction
     * waits in vain. When the broker could not confirm it within the publish timeout after the
     * commit, it completes with {@link MqOutcome#UNKNOWN}, while publishing goes on in the
     * background.
     *
     * <p>Dependent actions run on a thread of the adapter's, without the caller's transaction,
     * security or naming context: use the {@code ...Async} methods with an executor of the
     * container where that matters, or where they take long.
     *
     * @param exchange the exchange; empty for the default exchange
     * @param routingKey the routing key; with the default exchange the name of a queue
     * @param message the message
     * @return completes when the broker has confirmed it
     */
    CompletionStage<Void> publishAsync(String exchange, String routingKey, MqMessage message);
}
