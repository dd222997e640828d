package io.leveret.ra.outbound;

import com.rabbitmq.client.Channel;
import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.link.Threads;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel of one handle's, beside the pooled one, with a hold of its own on its links: it may
 * outlive the managed connection.
 *
 * <p>Closing waits for a moment where much was settled just before: a quorum queue takes so many
 * settlements of a channel at a time, each message counted that was taken by itself, and what waits
 * behind them is lost with the channel. (32 in RabbitMQ's rabbit_fifo_client.)
 *
 * <p>Thread-safe, apart from the client's channel.
 */
final class SideChannel {

    private static final int PROMPT_SETTLEMENTS = 16;
    private static final Duration CATCH_UP = Duration.ofMillis(500);

    private final LinkGroup group;
    private final LinkChannel channel;
    private final Threads threads;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean leaving;
    private volatile Deadline caughtUp = Deadline.in(Duration.ZERO);

    private SideChannel(LinkGroup group, LinkChannel channel, Threads threads) {
        this.group = group;
        this.channel = channel;
        this.threads = threads;
        channel.onLeave(() -> leaving = true);
    }

    /** Opens one; fails at once while the links are known to be down. */
    static SideChannel open(Outbound room, LinkKey key)
            throws LinkUnavailableException, InterruptedException {
        LinkGroup group = room.links.acquire(key);
        LinkChannel channel = null;
        try {
            Deadline deadline = Deadline.in(key.settings().connectTimeout());
            channel = group.open(deadline, false, false, ChannelSetup.NONE);
            return new SideChannel(group, channel, room.threads);
        } finally {
            if (channel == null) {
                group.release();
            }
        }
    }

    Channel client() {
        return channel.client();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Whether it serves for something new: its link has not moved to another address. */
    boolean isFitFor(LinkKey key) {
        return isOpen() && !leaving && group.key().equals(key);
    }

    /** The broker has answered on it: when it does not answer here, its other channels stay. */
    void answered() {
        channel.answered();
    }

    /** So many messages were settled on it, together or not. */
    void settled(int count) {
        if (count > PROMPT_SETTLEMENTS) {
            caughtUp = Deadline.in(CATCH_UP);
        }
    }

    /** Returns at once. Whatever is not settled goes back. Closing twice does nothing. */
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (caughtUp.isOver() || !channel.isOpen()) {
            closeNow();
        } else {
            threads.after(Duration.ofNanos(caughtUp.nanos()), this::closeNow);
        }
    }

    private void closeNow() {
        channel.close();
        group.release();
    }
}
