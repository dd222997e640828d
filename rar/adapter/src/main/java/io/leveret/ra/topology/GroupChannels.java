package io.leveret.ra.topology;

import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkRegistry;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.BrokerSettings;
import java.time.Duration;

/**
 * Channels of one group of links. Thread-safe.
 *
 * @param links all links, for those that are needed beside the group
 * @param group the group
 * @param own whether its channels are the adapter's own, which may use the reserve
 */
public record GroupChannels(LinkRegistry links, LinkGroup group, boolean own)
        implements Topology.Channels {

    @Override
    public LinkChannel open() throws LinkUnavailableException, InterruptedException {
        return group.open(deadline(), false, own, ChannelSetup.NONE);
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

    /**
     * Gives whom they are connected to.
     *
     * @return the broker set
     */
    public BrokerSettings broker() {
        return group.key().broker();
    }

    /**
     * Gives how long a connect, and so a request, may take.
     *
     * @return the time
     */
    public Duration limit() {
        return group.key().settings().connectTimeout();
    }

    private Deadline deadline() {
        return Deadline.in(limit());
    }
}
