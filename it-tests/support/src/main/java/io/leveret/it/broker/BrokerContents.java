package io.leveret.it.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DeliverCallback;
import com.rabbitmq.client.GetResponse;
import io.leveret.it.ledger.HeldMessage;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What is left in queues when a test is over. Close all consumers first: a message that a consumer
 * holds unacknowledged is not in the queue. Stateless, thread-safe.
 */
public final class BrokerContents {

    /** Header that marks possible duplicates, unless told otherwise. */
    public static final String DEFAULT_MARK = "x-possible-duplicate";

    private static final int ACK_EVERY = 500;
    private static final int TIMEOUT_MILLIS = 10_000;

    private BrokerContents() {}

    /** {@link #drain(URI, Collection, String, Duration)} with {@link #DEFAULT_MARK}. */
    public static List<HeldMessage> drain(URI broker, Collection<String> queues, Duration limit)
            throws IOException, TimeoutException {
        return drain(broker, queues, DEFAULT_MARK, limit);
    }

    /**
     * Takes all messages out of the given queues. A queue that does not exist is an error, because
     * a misspelt name would hide a loss. Streams cannot be drained.
     *
     * @param mark header whose presence, unless it is {@code false}, marks a possible duplicate
     * @param limit longest time for all queues together
     * @throws IOException when broker or queue cannot be reached
     * @throws TimeoutException when connecting or draining takes too long
     */
    public static List<HeldMessage> drain(
            URI broker, Collection<String> queues, String mark, Duration limit)
            throws IOException, TimeoutException {
        long deadline = System.nanoTime() + limit.toNanos();
        List<HeldMessage> found = new ArrayList<>();
        try (Connection connection = connect(broker)) {
            for (String queue : queues) {
                try {
                    drain(connection, queue, mark, deadline, found);
                } catch (IOException e) {
                    throw new IOException("cannot drain queue " + queue, e);
                }
            }
        }
        return found;
    }

    private static void drain(
            Connection connection,
            String queue,
            String mark,
            long deadline,
            List<HeldMessage> found)
            throws IOException, TimeoutException {
        try (Channel channel = connection.createChannel()) {
            consume(channel, queue, mark, deadline, found);
        }
        try (Channel channel = connection.createChannel()) {
            get(channel, queue, mark, deadline, found);
        }
    }

    /** Takes out what there is, one by one: in the end nothing is left. */
    private static void get(
            Channel channel, String queue, String mark, long deadline, List<HeldMessage> found)
            throws IOException, TimeoutException {
        int unacked = 0;
        long last = 0;
        for (GetResponse got = channel.basicGet(queue, false);
                got != null;
                got = channel.basicGet(queue, false)) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("queue " + queue + " is not empty at the deadline");
            }
            found.add(held(queue, mark, got));
            last = got.getEnvelope().getDeliveryTag();
            if (++unacked == ACK_EVERY) {
                channel.basicAck(last, true);
                unacked = 0;
            }
        }
        if (unacked > 0) {
            channel.basicAck(last, true);
        }
    }

    /**
     * Takes out what the queue says that it holds, many times faster than one by one. What else
     * comes to this consumer goes back when the channel is closed.
     */
    private static void consume(
            Channel channel, String queue, String mark, long deadline, List<HeldMessage> found)
            throws IOException, TimeoutException {
        int messages = channel.queueDeclarePassive(queue).getMessageCount();
        if (messages < ACK_EVERY) {
            return;
        }
        BlockingQueue<GetResponse> delivered = new LinkedBlockingQueue<>();
        DeliverCallback add =
                (tag, d) ->
                        delivered.add(
                                new GetResponse(
                                        d.getEnvelope(), d.getProperties(), d.getBody(), 0));
        channel.basicQos(2 * ACK_EVERY);
        channel.basicConsume(queue, false, add, tag -> {});
        for (int i = 1; i <= messages; i++) {
            GetResponse got = poll(delivered, deadline);
            if (got == null) {
                throw new TimeoutException("queue " + queue + " is not empty at the deadline");
            }
            found.add(held(queue, mark, got));
            if (i % ACK_EVERY == 0 || i == messages) {
                channel.basicAck(got.getEnvelope().getDeliveryTag(), true);
            }
        }
    }

    private static GetResponse poll(BlockingQueue<GetResponse> delivered, long deadline)
            throws IOException {
        try {
            return delivered.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while draining", e);
        }
    }

    private static HeldMessage held(String queue, String mark, GetResponse got) {
        AMQP.BasicProperties properties = got.getProps();
        Map<String, Object> headers = properties.getHeaders();
        Object marked = headers == null ? null : headers.get(mark);
        String id = properties.getMessageId();
        return new HeldMessage(
                id == null ? "" : id,
                queue,
                got.getEnvelope().isRedeliver(),
                marked != null && !"false".equals(marked.toString()));
    }

    private static Connection connect(URI broker) throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        try {
            factory.setUri(broker);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not usable as a broker's address", e);
        }
        factory.setAutomaticRecoveryEnabled(false);
        factory.setConnectionTimeout(TIMEOUT_MILLIS);
        factory.setHandshakeTimeout(TIMEOUT_MILLIS);
        factory.setChannelRpcTimeout(TIMEOUT_MILLIS);
        return factory.newConnection("leveret-it-drain");
    }
}
