package io.leveret.it.bench.bare;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.leveret.it.bench.load.Round;
import java.io.IOException;

/**
 * Hands each delivery to the round and acknowledges: each one alone, or several at once. The
 * monitor, free but at the end, keeps {@link #finish} from overtaking an acknowledgement.
 */
final class BareConsumer extends DefaultConsumer {

    private final Round round;
    private final int ackEvery;
    private long latest;
    private int open;

    BareConsumer(Channel channel, Round round, int ackEvery) {
        super(channel);
        this.round = round;
        this.ackEvery = ackEvery;
    }

    @Override
    public synchronized void handleDelivery(
            String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
            throws IOException {
        round.take(body);
        latest = envelope.getDeliveryTag();
        open++;
        if (open == ackEvery) {
            acknowledge();
        }
    }

    /** Acknowledges what is left of the last, incomplete batch, when all messages were taken. */
    synchronized void finish() throws IOException {
        if (open > 0) {
            acknowledge();
        }
    }

    private void acknowledge() throws IOException {
        open = 0;
        getChannel().basicAck(latest, ackEvery > 1);
    }
}
