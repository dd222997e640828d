package io.leveret.ra.outbound;

import com.rabbitmq.client.Channel;
import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkRegistry;
import io.leveret.ra.link.LinkUnavailableException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel of one handle's, beside the pooled one, with a hold of its own on its links: it may
 * outlive the managed connection. Thread-safe, apart from the client's channel.
 */
final class SideChannel {

    private final LinkGroup group;
    private final LinkChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean leaving;

    private SideChannel(LinkGroup group, LinkChannel channel) {
        this.group = group;
        this.channel = channel;
        channel.onLeave(() -> leaving = true);
    }

    /** Opens one; fails at once while the links are known to be down. */
    static SideChannel open(LinkRegistry links, LinkKey key)
            throws LinkUnavailableException, InterruptedException {
        LinkGroup group = links.acquire(key);
        LinkChannel channel = null;
        try {
            Deadline deadline = Deadline.in(key.settings().connectTimeout());
            channel = group.open(deadline, false, false, ChannelSetup.NONE);
            return new SideChannel(group, channel);
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

    /** Returns at once. Whatever is not settled goes back. Closing twice does nothing. */
    void close() {
        if (closed.compareAndSet(false, true)) {
            channel.close();
            group.release();
        }
    }
}
