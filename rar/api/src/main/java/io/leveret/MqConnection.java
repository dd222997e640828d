package io.leveret;

import java.util.Optional;

/**
 * A handle to a pooled connection (an AMQP channel), for those who want one instead of an {@link
 * MqPublisher}: to take single messages, to declare, to get at the broker's client.
 *
 * <pre>{@code
 * try (MqConnection connection = factory.getConnection()) {
 *     connection.declare(MqTopology.empty().queue("orders"));
 *     connection.publish("", "orders", MqMessage.text("an order"));
 *     connection.get("orders").ifPresent(message -> work(message));
 * }
 * }</pre>
 *
 * <p>Open, use and close it in one method. While it is open it keeps its place in the pool. Calls
 * from several threads are safe, one after the other.
 *
 * <p>{@link #get} and {@link #declare} use channels of their own, on a physical connection that
 * nobody publishes over: a broker that blocks publishers answers them, and a refusal costs no
 * publish its confirm. It is opened when one of them is called first, and closed when it was not
 * used for {@code linkIdleTimeout}; with it each broker and user has up to {@code connections} more
 * of them.
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

    /**
     * Takes one message off a queue, the one that is next, if there is one now. For a message now
     * and then: a message-driven bean takes many times more.
     *
     * <p>Outside a JTA transaction the message is acknowledged before it is returned: it is the
     * caller's, and gone with him. Where the connection is lost just then, the message may come
     * again, marked {@link MqMessage#redelivered()}.
     *
     * <p>In an active JTA transaction, whatever {@code transactionMode} says, the broker keeps the
     * message for the transaction: it is acknowledged after the commit and goes back to the queue
     * on rollback. The handle may be closed before. When the connection to the broker is lost
     * before the commit, the message goes back and the transaction can only roll back; when it is
     * lost at the commit, the message may come again, marked. What a transaction takes it should
     * process within the broker's consumer timeout (30 minutes by default).
     *
     * <p>Takes at most {@code connectTimeout} plus {@code rpcTimeout}. A queue that does not answer
     * in time, and a stream, which has no next message and is refused with reply code 540, may cost
     * the physical connection, and with it what other transactions hold over it.
     *
     * @param queue the name of the queue
     * @return the message, empty when there is none
     * @throws MqRefusedException when the queue does not exist, may not be read by this user, or
     *     belongs to another connection; nothing was taken, and what the transaction took from
     *     other queues stays with it
     * @throws MqConnectionException when the broker cannot be reached, or did not answer in time;
     *     what it may have taken goes back
     * @throws IllegalArgumentException when the name is longer than 255 bytes
     * @throws IllegalStateException when the handle is closed, or the transaction is marked for
     *     rollback or ending; nothing was taken, or it goes back
     */
    Optional<MqMessage> get(String queue);

    /**
     * Declares exchanges, then queues, then bindings: makes what is missing. Declaring again what
     * is there changes nothing. Nothing is ever changed, unbound or deleted. It belongs to no
     * transaction. To have something declared again after each reconnect, name it in the settings
     * of the connection factory instead.
     *
     * <p>It stops at what is refused; what came before is there then. Each request takes at most
     * {@code rpcTimeout}, and connecting {@code connectTimeout}.
     *
     * @param topology what is to be there
     * @throws MqRefusedException when the broker refuses a part of it: the message names the part
     *     and the difference, and says what to change
     * @throws MqConnectionException when the broker cannot be reached, or did not answer in time
     * @throws IllegalArgumentException when the topology is malformed or contradicts itself; the
     *     message lists all errors, and nothing was declared
     * @throws IllegalStateException when the handle is closed
     */
    void declare(MqTopology topology);

    /**
     * Gives the broker's client itself, for what this API does not offer: for {@code
     * com.rabbitmq.client.Channel} a channel that belongs to this handle alone.
     *
     * <pre>{@code
     * Channel channel = connection.unwrap(Channel.class);
     * channel.queueUnbind("orders", "shop", "order.*");
     * }</pre>
     *
     * <p>Until the handle is closed each call gives the same one, or another one when that was
     * closed. It belongs to no transaction, and a refused request closes it and nothing else. It is
     * closed with the handle.
     *
     * <p>It shares its physical connection with all publishers, and so it is for short requests and
     * unconfirmed publishes. Do not close or abort the connection behind it, and set no listeners
     * on that one. Do not consume on it: a broker that blocks publishers does not read its
     * acknowledgements. Listeners on the channel, such as of confirms and returns, run on the
     * connection's own thread: they must not wait, nor call the channel. While the broker blocks
     * publishers a request waits for its answer up to {@code rpcTimeout}, and a request without an
     * answer may cost the connection.
     *
     * <p>The application must see the same class as the resource adapter: it compiles against
     * amqp-client with scope {@code provided}, packs no copy, and depends on the module of the
     * archive, on WildFly with {@code Dependencies: deployment.leveret.rar} in its manifest.
     *
     * @param type {@code com.rabbitmq.client.Channel}
     * @param <T> the type
     * @return the channel
     * @throws MqConnectionException when no channel can be had
     * @throws IllegalArgumentException when the type is another one, or the same from another copy
     *     of the client
     * @throws IllegalStateException when the handle is closed
     */
    <T> T unwrap(Class<T> type);

    /** Returns the connection to the pool. Closing twice does nothing. */
    @Override
    void close();
}
