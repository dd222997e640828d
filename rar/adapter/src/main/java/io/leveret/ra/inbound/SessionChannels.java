package io.leveret.ra.inbound;

import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkRegistry;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.BrokerSettings;
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

    @Override
    public void aside(ChannelSetup work) throws LinkUnavailableException, InterruptedException {
        group.open(deadline(), false, true, work).close();
    }

    BrokerSettings broker() {
        return group.key().broker();
    }

    /** How long a connect, and so a request, may take. */
    Duration limit() {
        return group.key().settings().connectTimeout();
    }

    private Deadline deadline() {
        return Deadline.in(limit());
    }
}
