package io.leveret.ra.inbound;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.settings.InboundSettings;
import io.leveret.ra.settings.RetryMode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One generation of a session: a channel, its consumer and the deliveries that wait; its {@link
 * Settlement} settles them. Thrown away whole when the channel is lost: delivery tags mean nothing
 * on another one, and the broker delivers again what was not settled.
 *
 * <pre>{@code
 * a delivery:   WAITING --poll--> TAKEN --settled
 *                  |
 *    ^             +--returnWaiting, returnIdle, returnAll: given back
 *    |
 *    +--again: it has failed, and could not be moved elsewhere
 *
 * retire: gives no delivery any more
 * }</pre>
 *
 * <p>The client's callbacks run on the I/O thread and never wait. Thread-safe.
 */
final class Subscription extends DefaultConsumer {

    /** RabbitMQ 3 delivers what a stream has stored together at once, beyond the prefetch. */
    private static final int LARGEST_CHUNK = 65_535;

    private final Subscriber subscriber;
    private final Worker worker;
    private final LinkChannel channel;
    private final InboundSettings settings;
    private final BlockingQueue<Delivery> waiting;
    private final StreamPosition stream;
    private final Settlement settlement;
    private final Incoming incoming;
    private volatile boolean retired;

    Subscription(
            Subscriber subscriber,
            Worker worker,
            LinkChannel channel,
            InboundSettings settings,
            Settlement settlement,
            StreamPosition stream) {
        super(channel.client());
        this.subscriber = subscriber;
        this.worker = worker;
        this.channel = channel;
        this.settings = settings;
        this.waiting =
                stream == null
                        ? new ArrayBlockingQueue<>(settings.prefetch())
                        : new LinkedBlockingQueue<>(settings.prefetch() + LARGEST_CHUNK);
        this.settlement = settlement;
        this.stream = stream;
        this.incoming =
                new Incoming(
                        settings.destination(),
                        settings.retry().mode() == RetryMode.NATIVE,
                        stream);
    }

    /** Two round trips, each bounded by the RPC timeout. */
    void start(String queue, String tag) throws IOException {
        Channel client = channel.client();
        client.addShutdownListener(signal -> lost(signal));
        // Without it, a delivery to a consumer that the broker has just cancelled (RabbitMQ 4.3,
        // when a settlement crosses the cancel) costs the client its connection.
        client.setDefaultConsumer(new Ignoring(client));
        Map<String, Object> arguments = new HashMap<>();
        if (settings.order().priority() != 0) {
            arguments.put("x-priority", settings.order().priority());
        }
        if (stream != null) {
            arguments.put("x-stream-offset", stream.argument());
        }
        try {
            client.basicQos(settings.prefetch());
            client.basicConsume(
                    queue, false, tag, false, settings.order().exclusive(), arguments, this);
            if (stream != null) {
                stream.consumes();
            }
        } catch (IOException e) {
            channel.roundTripFailed(e);
            throw e;
        }
    }

    /** Leaves what comes to it to the broker, which has it back when the channel is closed. */
    private static final class Ignoring extends DefaultConsumer {

        Ignoring(Channel client) {
            super(client);
        }
    }

    boolean isOpen() {
        return settlement.isOpen();
    }

    Settlement settlement() {
        return settlement;
    }

    // --- callbacks, on the I/O thread ---

    @Override
    public void handleDelivery(
            String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        Delivery delivery = incoming.delivery(envelope, properties, body);
        settlement.arrived(delivery);
        if (waiting.offer(delivery)) {
            worker.wake();
        } else {
            // More than prefetch: the broker broke the protocol. Never wait on this thread.
            lost(new IllegalStateException("more deliveries than the prefetch"));
        }
    }

    @Override
    public void handleCancel(String tag) {
        lost(new IllegalStateException("the broker cancelled the consumer"));
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
        lost(signal);
    }

    private void lost(Exception cause) {
        settlement.end();
        subscriber.lost(this, cause);
    }

    // --- taking ---

    /** Takes the next delivery, null when there is none to be given. */
    Delivery poll() {
        Delivery next = retired ? null : waiting.poll();
        while (next != null && stream != null && !stream.begins(next)) {
            settlement.done(next); // it was done before: its room is for others
            next = waiting.poll();
        }
        return next;
    }

    /** Lets one that has failed wait for its turn once more; not on the I/O thread. */
    void again(Delivery delivery) {
        delivery.repeat();
        if (waiting.offer(delivery)) {
            worker.wake();
        } else {
            lost(new IllegalStateException("more deliveries than the prefetch"));
        }
    }

    boolean hasWaiting() {
        return !retired && !waiting.isEmpty();
    }

    /** Gives no delivery any more; those that wait go back with the channel. */
    void retire() {
        retired = true;
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

    /** Gives back what nobody has taken; to be called after {@link #cancel}. */
    void returnWaiting() {
        for (Delivery d = waiting.poll(); d != null; d = waiting.poll()) {
            settlement.giveBack(d);
        }
    }

    /** Gives back what nobody works on; those that are being moved elsewhere stay. */
    void returnIdle() {
        waiting.clear();
        settlement.returnIdle();
    }

    /** Gives back everything that is not settled. */
    void returnAll() {
        waiting.clear();
        settlement.returnAll();
    }

    void close() {
        channel.close();
    }
}
