package io.leveret.ra.link;

import io.leveret.ra.observe.Events;
import io.leveret.ra.observe.Mbeans;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All links of one resource adapter instance, by key. It owns them, because a managed connection
 * factory has no end of life of its own. Thread-safe.
 */
public final class LinkRegistry {

    private final ConcurrentMap<LinkKey, LinkGroup> groups = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final String instance;
    private final LinkGroup.Parts parts;
    private volatile boolean closed;

    /**
     * Creates an empty registry.
     *
     * @param instance the resource adapter instance's name
     * @param maxConnections how many physical connections it may have
     * @param threads runs everything
     * @param events hears of everything
     * @param mbeans shows the links
     */
    public LinkRegistry(
            String instance, int maxConnections, Threads threads, Events events, Mbeans mbeans) {
        this.instance = instance;
        this.parts =
                new LinkGroup.Parts(
                        threads,
                        events,
                        mbeans,
                        new LinkBudget(maxConnections),
                        new TokenSources(threads, events),
                        this::forget);
    }

    /**
     * Takes a hold on the links of a key; the caller releases it once.
     *
     * @param key the key
     * @return the group
     * @throws LinkUnavailableException when the adapter has stopped
     */
    public LinkGroup acquire(LinkKey key) throws LinkUnavailableException {
        LinkGroup group =
                groups.compute(
                        key,
                        (k, old) -> {
                            if (old != null && old.retain()) {
                                return old;
                            }
                            LinkGroup fresh =
                                    new LinkGroup(
                                            k,
                                            instance + " " + k,
                                            numbers.getAndIncrement(),
                                            parts);
                            fresh.retain();
                            return fresh;
                        });
        group.wake();
        if (closed) {
            group.close();
            throw new LinkUnavailableException(instance + " has stopped", null, null);
        }
        return group;
    }

    /**
     * Gives the links of a key without holding them.
     *
     * @param key the key
     * @return the group, or null when there is none
     */
    public LinkGroup peek(LinkKey key) {
        return groups.get(key);
    }

    private boolean forget(LinkGroup group) {
        return groups.remove(group.key(), group);
    }

    /** Closes all links; connections are closed on worker threads. */
    public void close() {
        closed = true;
        groups.values().forEach(LinkGroup::close);
        groups.clear();
        parts.tokens().close();
    }
}
