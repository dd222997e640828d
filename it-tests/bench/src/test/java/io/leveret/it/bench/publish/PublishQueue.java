package io.leveret.it.bench.publish;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.leveret.it.bench.load.Body;
import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The queues that are published to, a new one for each run. One thread at a time. */
final class PublishQueue implements AutoCloseable {

    private final Connection connection;
    private final Channel channel;

    PublishQueue(BrokerNode broker) throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(broker.host());
        factory.setPort(broker.port());
        connection = factory.newConnection("publish bench");
        channel = connection.createChannel();
    }

    /** Makes one and gives its name. */
    String create(String type, int run) throws IOException {
        String name = "publish-bench-" + run;
        channel.queueDeclare(name, true, false, false, Map.of("x-queue-type", type));
        return name;
    }

    /**
     * Insists that all messages of a run are there.
     *
     * @param content whether to look at each, so that the queue is empty afterwards
     */
    void verify(String name, int run, int messages, boolean content) throws Exception {
        int there = channel.queueDeclarePassive(name).getMessageCount();
        if (there != messages) {
            throw new IllegalStateException(there + " messages have arrived, not " + messages);
        }
        if (!content) {
            return;
        }
        BitSet arrived = new BitSet(messages);
        for (int i = 0; i < messages; i++) {
            GetResponse got = channel.basicGet(name, true);
            if (got != null && Body.round(got.getBody()) == run) {
                arrived.set(Body.index(got.getBody()));
            }
        }
        if (arrived.cardinality() != messages || arrived.length() != messages) {
            throw new IllegalStateException(
                    arrived.cardinality() + " different messages have arrived, not " + messages);
        }
    }

    void delete(String name) throws IOException {
        channel.queueDelete(name);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
