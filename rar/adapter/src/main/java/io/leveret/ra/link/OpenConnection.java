package io.leveret.ra.link;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.leveret.ra.settings.HostPort;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * One incarnation of a link: the client's connection, its write gate and its channels. It is thrown
 * away whole when the connection is lost, so that nothing of it (a blocked flag, a count) can
 * outlive it.
 *
 * <pre>{@code
 * IN_USE --leave (the link has moved to another address)--> LEAVING --last channel gone--> closed
 * }</pre>
 *
 * <p>Thread-safe.
 */
final class OpenConnection {

    /** Channels kept free for the adapter's own use within the negotiated channel-max. */
    private static final int RESERVE = 16;

    final Connection client;
    final WriteGate gate;
    final HostPort host;
    final long since = System.nanoTime();
    private final int capacity;
    private final int limit;
    private final AtomicInteger channels = new AtomicInteger();
    private final Set<LinkChannel> open = ConcurrentHashMap.newKeySet();
    private volatile long lastAnswer = since;
    private volatile boolean leaving;
    private volatile Runnable whenEmpty = () -> {};
    private volatile LongConsumer onOverdue = written -> {};

    OpenConnection(Connection client, WriteGate gate, HostPort host, int channelsPerConnection) {
        this.client = client;
        this.gate = gate;
        this.host = host;
        int negotiated = client.getChannelMax() == 0 ? 65_535 : client.getChannelMax();
        this.capacity = Math.max(1, Math.min(channelsPerConnection, negotiated - RESERVE));
        this.limit = Math.min(capacity + RESERVE, negotiated);
    }

    int channels() {
        return channels.get();
    }

    boolean hasRoom(boolean own) {
        return channels.get() < (own ? limit : capacity);
    }

    /** Reserves a place for an ordinary channel, or an own one above the limit. */
    boolean reserve(boolean own) {
        int most = own ? limit : capacity;
        return channels.getAndUpdate(n -> n < most ? n + 1 : n) < most;
    }

    /** Opens a channel in a reserved place, which is released again when it fails. */
    LinkChannel open(Threads threads) throws IOException {
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
        LinkChannel fresh = new LinkChannel(channel, this, threads);
        open.add(fresh);
        return fresh;
    }

    void closed(LinkChannel channel) {
        open.remove(channel);
        release();
    }

    private void release() {
        if (channels.decrementAndGet() == 0 && leaving) {
            whenEmpty.run();
        }
    }

    /** How many publishes wait for an answer, over all channels. */
    int inFlight() {
        return open.stream().mapToInt(LinkChannel::inFlight).sum();
    }

    // --- leaving ---

    boolean isLeaving() {
        return leaving;
    }

    /**
     * Asks all users of the channels to move on.
     *
     * @param whenEmpty run when the last channel is gone; possibly more than once
     */
    void leave(Runnable whenEmpty) {
        this.whenEmpty = whenEmpty;
        leaving = true;
        open.forEach(LinkChannel::leave);
        if (channels.get() == 0) {
            whenEmpty.run();
        }
    }

    // --- progress ---

    void onOverdue(LongConsumer watcher) {
        onOverdue = watcher;
    }

    /** The broker has answered a publish, on whichever channel. */
    void answered() {
        lastAnswer = System.nanoTime();
    }

    /** Whether no publish was answered since a point in time of {@link System#nanoTime}. */
    boolean silentSince(long nanos) {
        return lastAnswer - nanos < 0;
    }

    /** A publish written at that time was not answered by its deadline. */
    void overdue(long writtenNanos) {
        onOverdue.accept(writtenNanos);
    }
}
