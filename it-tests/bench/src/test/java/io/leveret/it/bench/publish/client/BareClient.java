package io.leveret.it.bench.publish.client;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.leveret.it.bench.load.Waits;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The bare client as it is without any settings: a channel for each thread that waits for confirms,
 * or one channel that they share, or one channel with a listener of confirms.
 */
final class BareClient implements Client {

    private static final long LIMIT = TimeUnit.SECONDS.toMillis(Waits.LIMIT_SECONDS);

    private final Connection connection;
    private final boolean shares;

    /** By queue; those that nobody shares any more are closed, and would not be used again. */
    private final Map<String, BareShared> shared = new HashMap<>();

    /**
     * Connects.
     *
     * @param shares whether all threads share a channel
     */
    BareClient(String uri, boolean shares) throws Exception {
        this.shares = shares;
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(uri);
        connection = factory.newConnection("bare");
    }

    @Override
    public Publisher publisher(String queue) throws Exception {
        return shares ? sharing(queue) : alone(queue);
    }

    /** The channel ends with the last one of those that share it. */
    private synchronized Publisher sharing(String queue) throws Exception {
        BareShared known = shared.get(queue);
        if (known == null) {
            known = new BareShared(connection.createChannel(), queue);
            shared.put(queue, known);
        }
        return known.join();
    }

    private Publisher alone(String queue) throws Exception {
        Channel channel = connection.createChannel();
        channel.confirmSelect();
        AtomicReference<String> returned = new AtomicReference<>();
        channel.addReturnListener(message -> returned.set(message.getReplyText()));
        return new Publisher() {
            @Override
            public void publish(byte[] body) throws Exception {
                channel.basicPublish("", queue, true, MessageProperties.PERSISTENT_BASIC, body);
                if (!channel.waitForConfirms(LIMIT) || returned.get() != null) {
                    throw new IllegalStateException("refused, or returned: " + returned);
                }
            }

            @Override
            public void close() throws IOException, TimeoutException {
                channel.close();
            }
        };
    }

    @Override
    public Pipeline pipeline(String queue, int most) {
        return (run, from, to) -> {
            try (Channel channel = connection.createChannel()) {
                new BarePipeline(channel, queue, most, to - from).publish(run, from, to);
            }
        };
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
