package io.leveret.ra.link;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel on a link, with its place in the link's count. Closing is asynchronous and bounded; it
 * never closes the link. Thread-safe, apart from the client's channel itself, which has one user at
 * a time.
 */
public final class LinkChannel {

    private final Channel channel;
    private final OpenConnection connection;
    private final Threads threads;
    private final AtomicBoolean closed = new AtomicBoolean();

    LinkChannel(Channel channel, OpenConnection connection, Threads threads) {
        this.channel = channel;
        this.connection = connection;
        this.threads = threads;
    }

    /**
     * Gives the client's channel.
     *
     * @return the channel
     */
    public Channel client() {
        return channel;
    }

    /**
     * Gives the gate that a publish must pass.
     *
     * @return the gate of the channel's link
     */
    public WriteGate gate() {
        return connection.gate;
    }

    /**
     * Gives what the link negotiated.
     *
     * @return the largest frame, bytes
     */
    public int frameMax() {
        int negotiated = connection.client.getFrameMax();
        return negotiated == 0 ? Integer.MAX_VALUE : negotiated;
    }

    /**
     * Says whether it can be used; no I/O.
     *
     * @return true while neither side has closed it
     */
    public boolean isOpen() {
        return !closed.get() && channel.isOpen();
    }

    /**
     * Gives a property that the broker stated when the link was opened.
     *
     * @param name its name
     * @return its text, or "unknown"
     */
    public String serverProperty(String name) {
        Object value = connection.client.getServerProperties().get(name);
        return value == null ? "unknown" : value.toString();
    }

    /** Closes the channel on a worker thread; returns at once. Closing twice does nothing. */
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        threads.executeUnlessClosed(
                () -> {
                    try {
                        // Bounded by the RPC timeout; nothing is left to report when it fails.
                        channel.abort();
                    } catch (IOException | AlreadyClosedException e) {
                        // The channel is gone with its link, which reports its own loss.
                        assert !channel.isOpen();
                    } finally {
                        connection.release();
                    }
                });
    }
}
