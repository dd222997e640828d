package io.leveret.it.servers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The broker as its tests see it. Every call has its own connection, so that a broker that was
 * killed in between is no matter.
 */
final class Queues {

    private static final int CONFIRM_MILLIS = 10_000;

    private final BrokerNode node;

    Queues(BrokerNode node) {
        this.node = node;
    }

    /** A message that was taken from a queue. */
    record Taken(String id, Map<String, Object> headers, boolean redelivered) {}

    private interface Work<T> {
        T with(Channel channel) throws Exception;
    }

    /** Declares durable queues of a type and empties them. A queue of another type makes room. */
    void declare(String type, String... names) throws Exception {
        for (String name : names) {
            try {
                declare(type, name);
            } catch (IOException e) {
                delete(name);
                declare(type, name);
            }
        }
    }

    private void declare(String type, String name) throws Exception {
        with(
                channel -> {
                    Map<String, Object> arguments = Map.of("x-queue-type", type);
                    channel.queueDeclare(name, true, false, false, arguments);
                    return channel.queuePurge(name);
                });
    }

    /** Declares a durable queue that has room for so many messages and refuses any more. */
    void declareBounded(String name, int length) throws Exception {
        Map<String, Object> arguments =
                Map.of("x-max-length", length, "x-overflow", "reject-publish");
        with(channel -> channel.queueDeclare(name, true, false, false, arguments));
    }

    void delete(String name) throws Exception {
        with(channel -> channel.queueDelete(name));
    }

    /** Publishes a persistent message and waits for the confirm. */
    void publish(String queue, String id, Map<String, Object> headers) throws Exception {
        with(
                channel -> {
                    AMQP.BasicProperties properties =
                            MessageProperties.PERSISTENT_BASIC
                                    .builder()
                                    .messageId(id)
                                    .headers(headers)
                                    .build();
                    channel.confirmSelect();
                    channel.basicPublish(
                            "", queue, true, properties, id.getBytes(StandardCharsets.UTF_8));
                    channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
                    return null;
                });
    }

    /** Takes all messages out of a queue. */
    List<Taken> drain(String queue) throws Exception {
        return with(
                channel -> {
                    List<Taken> all = new ArrayList<>();
                    GetResponse next = channel.basicGet(queue, true);
                    while (next != null) {
                        all.add(
                                new Taken(
                                        next.getProps().getMessageId(),
                                        next.getProps().getHeaders() == null
                                                ? Map.of()
                                                : next.getProps().getHeaders(),
                                        next.getEnvelope().isRedeliver()));
                        next = channel.basicGet(queue, true);
                    }
                    return all;
                });
    }

    List<String> drainIds(String queue) throws Exception {
        return drain(queue).stream().map(Taken::id).toList();
    }

    private <T> T with(Work<T> work) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(node.port());
        factory.setAutomaticRecoveryEnabled(false);
        try (Connection connection = factory.newConnection("test");
                Channel channel = connection.createChannel()) {
            return work.with(channel);
        }
    }
}
