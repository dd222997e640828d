package io.leveret.it.contract;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** The broker as a bare client sees it: what tests set up and look at beside the adapter. */
final class Bare implements AutoCloseable {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final Connection connection;
    private final Channel channel;

    Bare(int port) throws IOException, TimeoutException {
        connection = factory(port).newConnection("contract test");
        channel = connection.createChannel();
    }

    /** A client factory that does nothing by itself: no recovery. */
    static ConnectionFactory factory(int port) {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        return factory;
    }

    /** Gives a name that no other test uses. */
    static String name(String hint) {
        return hint + "-" + NAMES.incrementAndGet();
    }

    /** Declares a durable queue with a fresh name. */
    String queue(String hint) throws IOException {
        return queue(hint, Map.of());
    }

    String queue(String hint, Map<String, Object> arguments) throws IOException {
        String name = name(hint);
        declare(name, arguments);
        return name;
    }

    void declare(String queue, Map<String, Object> arguments) throws IOException {
        channel.queueDeclare(queue, true, false, false, arguments);
    }

    /** Declares a direct exchange with a fresh name, bound to the queue by the queue's name. */
    String exchange(String hint, String queue) throws IOException {
        String name = name(hint);
        channel.exchangeDeclare(name, BuiltinExchangeType.DIRECT, true);
        channel.queueBind(queue, name, queue);
        return name;
    }

    void bind(String queue, String exchange, String routingKey) throws IOException {
        channel.queueBind(queue, exchange, routingKey);
    }

    void deleteExchange(String exchange) throws IOException {
        channel.exchangeDelete(exchange);
    }

    void deleteQueue(String queue) throws IOException {
        channel.queueDelete(queue);
    }

    /** Opens a channel of its own, to be closed by the caller. */
    Channel channel() throws IOException {
        return connection.createChannel();
    }

    /** Counts messages that are ready, not those that a consumer holds. */
    int ready(String queue) throws IOException {
        return channel.queueDeclarePassive(queue).getMessageCount();
    }

    int consumers(String queue) throws IOException {
        return channel.queueDeclarePassive(queue).getConsumerCount();
    }

    void publish(String queue, String text) throws IOException {
        channel.basicPublish(
                "",
                queue,
                MessageProperties.PERSISTENT_TEXT_PLAIN,
                text.getBytes(StandardCharsets.UTF_8));
    }

    void publish(String queue, AMQP.BasicProperties properties, byte[] body) throws IOException {
        channel.basicPublish("", queue, properties, body);
    }

    /** Publishes one message to a queue of its own and waits until the broker has confirmed it. */
    void confirmOne() throws IOException, InterruptedException, TimeoutException {
        String queue = queue("first");
        channel.confirmSelect();
        publish(queue, "first");
        channel.waitForConfirms(30_000);
        deleteQueue(queue);
    }

    /** Takes one message, null when there is none. */
    GetResponse take(String queue) throws IOException {
        return channel.basicGet(queue, true);
    }

    /** Waits until a message of a queue is parked, and takes it. */
    GetResponse awaitParked(String queue) throws Exception {
        String parking = queue + ".parking";
        Until.holds(
                "a parked message",
                Duration.ofSeconds(20),
                () -> Nodes.exists(parking) && ready(parking) > 0);
        return take(parking);
    }

    /** Takes the bodies of all messages that are ready. */
    List<String> drain(String queue) throws IOException {
        List<String> bodies = new ArrayList<>();
        for (GetResponse r = take(queue); r != null; r = take(queue)) {
            bodies.add(new String(r.getBody(), StandardCharsets.UTF_8));
        }
        return bodies;
    }

    /** Takes all messages that are ready and gives their message ids. */
    List<String> drainIds(String queue) throws IOException {
        List<String> ids = new ArrayList<>();
        for (GetResponse r = take(queue); r != null; r = take(queue)) {
            ids.add(r.getProps().getMessageId());
        }
        return ids;
    }

    @Override
    public void close() {
        connection.abort(2_000);
    }
}
