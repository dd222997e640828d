package io.leveret.it.bench.publish.client;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ReturnListener;
import io.leveret.it.bench.load.Waits;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One channel of the bare client that many threads share, each of which waits for its own confirm,
 * with nothing that could be left out: what waiting costs by itself.
 */
final class BareShared implements Publisher, ConfirmListener, ReturnListener {

    /** More than there are threads, by far: no slot is needed twice. */
    private static final int SLOTS = 4_096;

    private final Channel channel;
    private final String queue;
    private final AtomicReferenceArray<CountDownLatch> waiting = new AtomicReferenceArray<>(SLOTS);
    private volatile String trouble;
    private long oldest = 1;
    private int users;

    BareShared(Channel channel, String queue) throws IOException {
        this.channel = channel;
        this.queue = queue;
        channel.confirmSelect();
        channel.addConfirmListener(this);
        channel.addReturnListener(this);
    }

    /** One more thread shares it. */
    synchronized Publisher join() {
        users++;
        return this;
    }

    @Override
    public synchronized void close() throws IOException, TimeoutException {
        if (--users == 0) {
            channel.close();
        }
    }

    @Override
    public void publish(byte[] body) throws IOException {
        CountDownLatch confirm = new CountDownLatch(1);
        synchronized (this) {
            waiting.set(slot(channel.getNextPublishSeqNo()), confirm);
            channel.basicPublish("", queue, true, MessageProperties.PERSISTENT_BASIC, body);
        }
        Waits.await(confirm, "a confirm");
        if (trouble != null) {
            throw new IllegalStateException(trouble);
        }
    }

    private static int slot(long sequence) {
        return (int) (sequence % SLOTS);
    }

    @Override
    public void handleAck(long sequence, boolean multiple) {
        for (long i = multiple ? oldest : sequence; i <= sequence; i++) {
            CountDownLatch confirm = waiting.getAndSet(slot(i), null);
            if (confirm != null) {
                confirm.countDown();
            }
        }
        if (multiple) {
            oldest = sequence + 1;
        }
    }

    @Override
    public void handleNack(long sequence, boolean multiple) {
        trouble = "refused";
        handleAck(sequence, multiple);
    }

    @Override
    public void handleReturn(
            int code,
            String text,
            String exchange,
            String routingKey,
            AMQP.BasicProperties properties,
            byte[] body) {
        trouble = "returned: " + text; // and confirmed next
    }
}
