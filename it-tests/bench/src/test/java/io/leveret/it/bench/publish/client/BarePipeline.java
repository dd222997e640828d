package io.leveret.it.bench.publish.client;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ReturnListener;
import io.leveret.it.bench.load.Body;
import java.io.IOException;

/**
 * Publishes over one channel and counts the confirms, with nothing that could be left out: answers
 * come on the client's thread, which alone keeps the books.
 */
final class BarePipeline implements ConfirmListener, ReturnListener {

    private final Channel channel;
    private final String queue;
    private final Outstanding outstanding;
    private final boolean[] answered;
    private int oldest = 1;

    BarePipeline(Channel channel, String queue, int most, int messages) throws IOException {
        this.channel = channel;
        this.queue = queue;
        this.outstanding = new Outstanding(most, messages);
        this.answered = new boolean[messages + 1];
        channel.confirmSelect();
        channel.addConfirmListener(this);
        channel.addReturnListener(this);
    }

    void publish(int run, int from, int to) throws IOException, InterruptedException {
        for (int i = from; i < to; i++) {
            outstanding.begin();
            channel.basicPublish(
                    "", queue, true, MessageProperties.PERSISTENT_BASIC, Body.of(run, i));
        }
        outstanding.awaitAll();
    }

    @Override
    public void handleAck(long sequence, boolean multiple) {
        int count = 0;
        for (int i = multiple ? oldest : (int) sequence; i <= sequence; i++) {
            if (!answered[i]) {
                answered[i] = true;
                count++;
            }
        }
        if (multiple) {
            oldest = (int) sequence + 1;
        }
        outstanding.confirmed(count);
    }

    @Override
    public void handleNack(long sequence, boolean multiple) {
        outstanding.failed("message " + sequence + " was refused");
    }

    @Override
    public void handleReturn(
            int code,
            String text,
            String exchange,
            String routingKey,
            AMQP.BasicProperties properties,
            byte[] body) {
        outstanding.failed("message " + Body.index(body) + " was returned: " + text);
    }
}
