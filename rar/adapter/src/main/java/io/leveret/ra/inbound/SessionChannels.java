package io.leveret.ra.inbound;

import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkRegistry;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.topology.Topology;
import java.time.Duration;

/** Where a session has its channels from. Thread-safe. */
record SessionChannels(LinkRegistry links, LinkGroup group) implements Topology.Channels {

    @Override
    public LinkChannel open() throws LinkUnavailableException, InterruptedException {
        return group.open(deadline(), false, false, ChannelSetup.NONE);
    }

    @Override
    public void apart(ChannelSetup work) throws LinkUnavailableException, InterruptedException {
        LinkKey key = group.key();
        LinkGroup other =
                links.acquire(
                        new LinkKey(
                                LinkKey.Purpose.DECLARE, key.broker(), key.settings().single()));
        try {
            other.open(deadline(), true, false, work).close();
        } finally {
            other.release();
        }
    }

    private Deadline deadline() {
        Duration limit = group.key().settings().connectTimeout();
        return Deadline.in(limit);
    }
}
