package io.leveret.ra.link;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One incarnation of a link: the client's connection, its write gate and the count of its channels.
 * It is thrown away whole when the connection is lost, so that nothing of it (a blocked flag, a
 * count) can outlive it. Thread-safe.
 */
final class OpenConnection {

    /** Channels kept free for the adapter's own use within the negotiated channel-max. */
    private static final int RESERVE = 16;

    final Connection client;
    final WriteGate gate;
    final long since = System.nanoTime();
    private final int capacity;
    private final AtomicInteger channels = new AtomicInteger();

    OpenConnection(Connection client, WriteGate gate, int channelsPerConnection) {
        this.client = client;
        this.gate = gate;
        int negotiated = client.getChannelMax() == 0 ? 65_535 : client.getChannelMax();
        this.capacity = Math.max(1, Math.min(channelsPerConnection, negotiated - RESERVE));
    }

    int channels() {
        return channels.get();
    }

    boolean hasRoom() {
        return channels.get() < capacity;
    }

    /** Reserves a place for an ordinary channel, or an own one above the limit. */
    boolean reserve(boolean own) {
        int limit = own ? capacity + RESERVE : capacity;
        return channels.getAndUpdate(n -> n < limit ? n + 1 : n) < limit;
    }

    void release() {
        channels.decrementAndGet();
    }

    /** Opens a channel in a reserved place, which is released again when it fails. */
    Channel createChannel() throws IOException {
        Channel channel = null;
        try {
            channel = client.createChannel();
        } finally {
            if (channel == null) {
                release();
            }
        }
        if (channel == null) {
            throw new IOException("the broker's channel-max is reached");
        }
        return channel;
    }
}
