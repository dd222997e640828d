package io.leveret.ra.link;

import io.leveret.MqEvent;
import io.leveret.ra.observe.Events;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * The links of one key: they come up on demand, up to {@code connections}, and close together when
 * nobody has held the group for the idle time.
 *
 * <pre>{@code
 * IN_USE --last release--> IDLE --idle time over--> CLOSED
 *   ^                       |  (at once when no link is up)
 *   +------- retain --------+
 * }</pre>
 *
 * <p>Thread-safe; the monitor guards the fields only and is never held during I/O.
 */
public final class LinkGroup {

    /** Consuming sessions may go beyond {@code connections}, but not without end. */
    private static final int CONSUMING_LINKS = 32;

    private final LinkKey key;
    private final String name;
    private final LinkConnector connector;
    private final Threads threads;
    private final Events events;
    private final Function<LinkGroup, Boolean> forget;
    private final List<Runnable> upListeners = new CopyOnWriteArrayList<>();
    private final Map<Class<?>, AutoCloseable> attachments = new ConcurrentHashMap<>();

    private final List<Link> links = new ArrayList<>();
    private int references;
    private boolean closed;
    private Future<?> idleTimer;

    LinkGroup(
            LinkKey key,
            String name,
            Threads threads,
            Events events,
            Function<LinkGroup, Boolean> forget) {
        this.key = key;
        this.name = name;
        this.threads = threads;
        this.events = events;
        this.forget = forget;
        this.connector = new LinkConnector(key, threads, events);
    }

    /**
     * Gives the key.
     *
     * @return the key
     */
    public LinkKey key() {
        return key;
    }

    /**
     * Gives something that lives as long as the group and is closed with it.
     *
     * @param type its class
     * @param maker makes it, once
     * @param <T> its class
     * @return the one instance
     */
    public <T extends AutoCloseable> T attachment(Class<T> type, Function<LinkGroup, T> maker) {
        return type.cast(attachments.computeIfAbsent(type, t -> maker.apply(this)));
    }

    /**
     * Adds a listener that is called on a worker thread each time a link comes up.
     *
     * @param listener must not block for long
     */
    public void listen(Runnable listener) {
        upListeners.add(listener);
    }

    /**
     * Removes a listener.
     *
     * @param listener as added
     */
    public void unlisten(Runnable listener) {
        upListeners.remove(listener);
    }

    private void linkUp() {
        for (Runnable listener : upListeners) {
            threads.executeUnlessClosed(listener);
        }
    }

    /**
     * Opens a channel on the least loaded link, starting a link when there is room for one more.
     *
     * @param deadline when to be back
     * @param patient false to fail at once while all links are backing off (a pool waits for it),
     *     true to wait for one to come back
     * @param own true for the adapter's own channels, which may use the reserve
     * @param setup sets the channel up
     * @return an open channel
     * @throws LinkUnavailableException when none can be had in time
     * @throws InterruptedException when the caller is interrupted
     */
    public LinkChannel open(Deadline deadline, boolean patient, boolean own, ChannelSetup setup)
            throws LinkUnavailableException, InterruptedException {
        while (true) {
            Link link = choose(own);
            OpenConnection connection = link.current();
            if (connection == null) {
                if (!link.await(deadline, patient)) {
                    throw link.unavailable(this);
                }
                continue;
            }
            LinkChannel channel = link.open(this, connection, own, setup, deadline);
            if (channel != null) {
                return channel;
            }
            if (own || deadline.isOver()) {
                throw exhausted();
            }
        }
    }

    private synchronized Link choose(boolean own) throws LinkUnavailableException {
        if (closed) {
            throw new LinkUnavailableException(name + " is closed", null, null);
        }
        Link best = leastLoaded(own);
        if (best != null) {
            return best;
        }
        Link down = links.stream().filter(l -> l.current() == null).findFirst().orElse(null);
        if (down != null) {
            return down;
        }
        if (links.size() >= limit()) {
            throw exhausted();
        }
        int number = links.size() + 1;
        if (number == key.settings().connections() + 1) {
            events.warning(
                    MqEvent.Source.LINK,
                    name,
                    "opens more links than connections="
                            + key.settings().connections()
                            + " allows, because its sessions need them; raise connections or"
                            + " channelsPerConnection",
                    null);
        }
        Link added =
                new Link(
                        key,
                        linkName(number),
                        number - 1,
                        connector,
                        threads,
                        events,
                        this::linkUp);
        links.add(added);
        added.start();
        return added;
    }

    private Link leastLoaded(boolean own) {
        Link best = null;
        int least = Integer.MAX_VALUE;
        for (Link link : links) {
            OpenConnection connection = link.current();
            if (connection != null
                    && (own || connection.hasRoom())
                    && connection.channels() < least) {
                best = link;
                least = connection.channels();
            }
        }
        return best;
    }

    private int limit() {
        int asked = key.settings().connections();
        return key.purpose() == LinkKey.Purpose.CONSUME ? Math.max(asked, CONSUMING_LINKS) : asked;
    }

    private String linkName(int number) {
        String base = key.settings().connectionName();
        return (base == null ? name : base) + " " + number + "/" + key.settings().connections();
    }

    private LinkUnavailableException exhausted() {
        return new LinkUnavailableException(
                name
                        + " has all its channels in use: raise connections (now "
                        + key.settings().connections()
                        + ") or channelsPerConnection (now "
                        + key.settings().channelsPerConnection()
                        + ")",
                null,
                null);
    }

    /**
     * Waits until some link is up and its gate open, without taking a channel. Starts nothing.
     *
     * @param deadline when to be back
     * @return true when a publish may be tried, or when no link was ever asked for
     * @throws InterruptedException when the caller is interrupted
     */
    public boolean awaitReady(Deadline deadline) throws InterruptedException {
        while (true) {
            List<Link> now;
            synchronized (this) {
                now = List.copyOf(links);
            }
            if (closed() || now.isEmpty()) {
                return true;
            }
            Link down = null;
            WriteGate shut = null;
            for (Link link : now) {
                OpenConnection connection = link.current();
                if (connection == null) {
                    down = link;
                } else if (connection.gate.state() == WriteGate.State.OPEN) {
                    return true;
                } else {
                    shut = connection.gate;
                }
            }
            if (deadline.isOver()) {
                return false;
            }
            if (shut != null) {
                shut.await(deadline);
            } else {
                down.await(deadline, true);
            }
        }
    }

    /**
     * Says why no publish can be written now.
     *
     * @return one sentence
     */
    public synchronized String whyNotReady() {
        for (Link link : links) {
            OpenConnection connection = link.current();
            return connection == null ? link.unavailable(this).getMessage() : connection.gate.why();
        }
        return name + " has no link";
    }

    private synchronized boolean closed() {
        return closed;
    }

    synchronized boolean retain() {
        if (closed) {
            return false;
        }
        references++;
        if (idleTimer != null) {
            idleTimer.cancel(false);
            idleTimer = null;
        }
        return true;
    }

    /**
     * Gives up one hold on the group. Each hold is released once. A group whose links are down
     * keeps them for the idle time as well: callers that come one after the other would otherwise
     * each start anew, without back-off, and storm the broker.
     */
    public synchronized void release() {
        if (--references == 0 && !closed) {
            idleTimer = threads.after(key.settings().idleTimeout(), this::closeIfUnused);
        }
    }

    private void closeIfUnused() {
        synchronized (this) {
            if (references > 0 || closed) {
                return;
            }
            closed = true;
        }
        forget.apply(this);
        closeAll();
    }

    /** Closes for good, whoever holds it. */
    void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        closeAll();
    }

    private void closeAll() {
        for (AutoCloseable attachment : attachments.values()) {
            try {
                attachment.close();
            } catch (Exception e) {
                events.warning(MqEvent.Source.LINK, name, "could not close " + attachment, e);
            }
        }
        List<Link> all;
        synchronized (this) {
            all = List.copyOf(links);
        }
        all.forEach(Link::close);
    }

    @Override
    public String toString() {
        return name;
    }
}
