package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.settings.FactoryTopology;
import io.leveret.ra.topology.GroupChannels;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What connection factories need on the broker behind one group of links: each is declared before
 * the first publish over a connection, and when a link comes up. Lives as long as its group.
 * Thread-safe.
 */
final class Declarations implements AutoCloseable {

    private final Outbound room;
    private final LinkGroup group;
    private final GroupChannels channels;
    private final Map<FactoryTopology, Declaring> all = new ConcurrentHashMap<>();

    private Declarations(Outbound room, LinkGroup group) {
        this.room = room;
        this.group = group;
        this.channels = new GroupChannels(room.links, group, true);
        group.listen(() -> all.values().forEach(Declaring::linkUp));
    }

    static Declarations of(Outbound room, LinkGroup group) {
        return group.attachment(Declarations.class, g -> new Declarations(room, g));
    }

    /** Takes what a factory needs; does no I/O. */
    void add(FactoryTopology wanted, FactoryStatus factory) {
        if (wanted.isWanted() && !all.containsKey(wanted)) {
            all.computeIfAbsent(
                    wanted, w -> new Declaring(w, factory, channels, room.threads, room.events));
        }
    }

    /**
     * Waits until all has been declared, or refused, over the connection of a channel.
     *
     * @param channel closed when the caller is interrupted
     * @return the channel
     */
    LinkChannel before(LinkChannel channel, Deadline deadline) throws InterruptedException {
        boolean waited = false;
        try {
            for (Declaring each : all.values()) {
                each.await(channel, deadline);
            }
            waited = true;
            return channel;
        } finally {
            if (!waited) {
                channel.close();
            }
        }
    }

    /**
     * A publish was returned, or its exchange is not there: somebody may have deleted something.
     */
    void suspect(String exchange, String routingKey) {
        all.values().forEach(each -> each.suspect(exchange, routingKey));
    }

    @Override
    public void close() {
        all.values().forEach(Declaring::close);
    }

    @Override
    public String toString() {
        return "declarations over " + group;
    }
}
