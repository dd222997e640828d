package io.leveret.ra.inbound;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.ra.link.AmqpMessages;
import io.leveret.ra.link.LinkChannel;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One generation of a session: a channel, its consumer, the deliveries that wait, and the settling
 * of those that were taken. Thrown away whole when the channel is lost: delivery tags mean nothing
 * on another one, and the broker delivers again what was not settled.
 *
 * <pre>{@code
 * a delivery:   QUEUED --poll--> TAKEN --ack--------------------> SETTLED
 *                  |               |                                 ^
 *                  |               +--hold, after the delay: reject--+
 *                  +--returnAll: nack--------------------------------+
 * channel lost: every unsettled one is the broker's again, settling it is a no-op
 * link moved:   cancelled, and closed when the last one is settled
 * }</pre>
 *
 * <p>The client's callbacks run on the I/O thread and never wait. Thread-safe; each delivery is
 * settled at most once.
 */
final class Subscription extends DefaultConsumer {

    private final Subscriber subscriber;
    private final Worker worker;
    private final LinkChannel channel;
    private final String queue;
    private final int prefetch;
    private final BlockingQueue<Delivery> waiting;
    private final Map<Long, Delivery> unsettled = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile Runnable whenFinished;

    Subscription(
            Subscriber subscriber, Worker worker, LinkChannel channel, String queue, int prefetch) {
        super(channel.client());
        this.subscriber = subscriber;
        this.worker = worker;
        this.channel = channel;
        this.queue = queue;
        this.prefetch = prefetch;
        this.waiting = new ArrayBlockingQueue<>(prefetch);
    }

    /** Two round trips, each bounded by the RPC timeout. */
    void start(String tag) throws IOException {
        Channel client = channel.client();
        client.addShutdownListener(signal -> subscriber.lost(this, signal));
        try {
            client.basicQos(prefetch);
            client.basicConsume(queue, false, tag, this);
        } catch (IOException e) {
            channel.roundTripFailed(e);
            throw e;
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    // --- callbacks, on the I/O thread ---

    @Override
    public void handleDelivery(
            String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        Delivery delivery =
                new Delivery(
                        envelope.getDeliveryTag(),
                        AmqpMessages.toMessage(envelope, properties, body));
        open.incrementAndGet();
        unsettled.put(delivery.tag(), delivery);
        if (waiting.offer(delivery)) {
            worker.wake();
        } else {
            // More than prefetch: the broker broke the protocol. Never wait on this thread.
            subscriber.lost(this, new IllegalStateException("more deliveries than the prefetch"));
        }
    }

    @Override
    public void handleCancel(String tag) {
        subscriber.lost(this, new IllegalStateException("the broker cancelled the consumer"));
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
        subscriber.lost(this, signal);
    }

    // --- taking and settling ---

    Delivery poll() {
        return waiting.poll();
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Says whether the acknowledgement was written; when not, the broker delivers again. */
    boolean ack(Delivery d) {
        return settle(d, () -> channel.client().basicAck(d.tag(), false));
    }

    /** Gives back what was processed and failed: brokers count it. */
    void reject(Delivery d) {
        returned(settle(d, () -> channel.client().basicReject(d.tag(), true)));
    }

    /** Gives back what nobody has touched: newer brokers do not count it. */
    void giveBack(Delivery d) {
        returned(settle(d, () -> channel.client().basicNack(d.tag(), false, true)));
    }

    private void returned(boolean written) {
        if (written) {
            worker.returned();
        }
    }

    private interface Write {
        void run() throws IOException;
    }

    private boolean settle(Delivery delivery, Write write) {
        if (unsettled.remove(delivery.tag()) == null) {
            return false;
        }
        try {
            if (!channel.isOpen()) {
                return false;
            }
            write.run();
            return true;
        } catch (IOException | AlreadyClosedException e) {
            worker.trouble("could not settle a delivery, it comes again", e);
            return false;
        } finally {
            open.decrementAndGet();
            closeIfFinished();
        }
    }

    // --- ending ---

    /** Ends the flow of deliveries: one round trip, bounded by the RPC timeout. */
    void cancel(String tag) {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.client().basicCancel(tag);
        } catch (IOException | RuntimeException e) {
            channel.roundTripFailed(e);
            // The channel is closed next anyway, which ends the flow as well.
            worker.trouble("could not cancel its consumer", e);
        }
    }

    /**
     * Closes the channel as soon as everything is settled; to be called after {@link #cancel}.
     *
     * @param done run then, once
     */
    void finish(Runnable done) {
        whenFinished = done;
        closeIfFinished();
    }

    private void closeIfFinished() {
        Runnable done = whenFinished;
        if (done != null && open.get() == 0 && finished.compareAndSet(false, true)) {
            done.run();
            close();
        }
    }

    /** Gives back everything that is not settled, oldest first. */
    void returnAll() {
        waiting.clear();
        unsettled.values().stream()
                .sorted((a, b) -> Long.compare(a.tag(), b.tag()))
                .forEach(this::giveBack);
    }

    void close() {
        channel.close();
    }
}
