package io.leveret.ra.link;

import io.leveret.MqEvent;
import io.leveret.ra.observe.Events;
import io.leveret.ra.observe.Mbeans;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The links of one key: they come up on demand, up to {@code connections}, and close together when
 * nobody has held the group for the idle time. A second link is started as soon as the first has a
 * second channel, and so on, so that a lost link costs only its own channels. While another one is
 * up, no publisher waits for it; sessions do for a moment.
 *
 * <pre>{@code
 * IN_USE --last release--> IDLE --idle time over--> CLOSED
 *   ^                       |
 *   +------- retain --------+
 * }</pre>
 *
 * <p>Thread-safe; the monitor guards the fields only and is never held during I/O.
 */
public final class LinkGroup {

    /** How long a session waits for a link that is being started, to go there. */
    private static final Duration SPREAD = Duration.ofSeconds(1);

    private final LinkKey key;
    private final String name;
    private final int number;
    private final Parts parts;
    private final LinkConnector connector;
    private final List<Runnable> upListeners = new CopyOnWriteArrayList<>();
    private final Map<Class<?>, AutoCloseable> attachments = new ConcurrentHashMap<>();
    private final LinkChanges changes = new LinkChanges();

    private final Links links = new Links();
    private final List<Mbeans.Registration> mbeans = new CopyOnWriteArrayList<>();
    private final AtomicInteger references = new AtomicInteger();
    private volatile boolean closed;
    private Future<?> idleTimer;

    /** What all groups of a resource adapter instance share. */
    record Parts(
            Threads threads,
            Events events,
            Mbeans mbeans,
            LinkBudget budget,
            TokenSources tokens,
            Function<LinkGroup, Boolean> forget) {}

    /**
     * Creates a group without links.
     *
     * @param number the how many-th group it is: groups begin at different addresses
     */
    LinkGroup(LinkKey key, String name, int number, Parts parts) {
        this.key = key;
        this.name = name;
        this.number = number;
        this.parts = parts;
        this.connector = new LinkConnector(key, parts.threads(), parts.events(), parts.tokens());
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

    private void linkUp(Link link) {
        for (Runnable listener : upListeners) {
            parts.threads().executeUnlessClosed(listener);
        }
        // Not at the beginning: a pooled connection moves by an error that its container is told,
        // a session by round trips; that is for a link that came back.
        if (links.size() > 1 && link.status().reconnects() > 0) {
            parts.threads().after(key.settings().reconnect().stablePeriod(), links::balance);
        }
    }

    // --- opening channels ---

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
        Deadline spread = null;
        while (true) {
            if (closed) {
                throw new LinkUnavailableException(name + " is closed", null, null);
            }
            if (!own && isForSessions() && links.anyUp() != null) {
                spread = spread == null ? Deadline.in(SPREAD) : spread;
                if (awaitSpread(spread)) {
                    continue;
                }
            }
            Links.Place place = links.reserve(own);
            if (place == null) {
                awaitRoom(own, deadline, patient);
                continue;
            }
            OpenConnection connection = place.connection();
            if (!own && connection.used() > 1) {
                add(key.settings().connections(), () -> true);
            }
            String link = place.link().name();
            return ChannelOpening.open(
                    link, this, connection, own, setup, parts.threads(), deadline);
        }
    }

    /** Starts a link when all are up and full, and waits for one. */
    private void awaitRoom(boolean own, Deadline deadline, boolean patient)
            throws LinkUnavailableException, InterruptedException {
        if (add(mostLinks(), () -> links.isFull(own))) {
            return;
        }
        if (links.isFull(own)) {
            throw exhausted();
        }
        if (!awaitUp(own, deadline, patient)) {
            throw unavailable();
        }
    }

    /**
     * Sessions that begin together would all go to the first link, and moving them takes round
     * trips: each waits a moment for a link that is being started. Publishers do not: their callers
     * wait for them.
     *
     * @return whether there was something to wait for
     */
    private boolean awaitSpread(Deadline spread) throws InterruptedException {
        add(key.settings().connections(), links::isEachUsed);
        if (links.started() != null || spread.isOver()) {
            return false;
        }
        await(links::started, spread);
        return true;
    }

    private boolean isForSessions() {
        return key.purpose() == LinkKey.Purpose.CONSUME;
    }

    /** Sessions may go beyond {@code connections}, as far as the resource adapter's cap allows. */
    private int mostLinks() {
        return isForSessions() ? Integer.MAX_VALUE : key.settings().connections();
    }

    /** Adds a link if that is still needed: of callers that come together, one adds it. */
    private boolean add(int most, BooleanSupplier needed) {
        Link added;
        synchronized (this) {
            if (closed
                    || links.size() >= most
                    || !needed.getAsBoolean()
                    || !parts.budget().take()) {
                return false;
            }
            int index = links.size();
            added =
                    new Link(
                            key,
                            linkName(index + 1),
                            number + index,
                            connector,
                            parts.threads(),
                            parts.events(),
                            new Link.Owner(this::isWanted, this::linkUp, changes::signal));
            links.add(added);
        }
        if (links.size() == key.settings().connections() + 1) {
            parts.events()
                    .warning(
                            MqEvent.Source.LINK,
                            name,
                            "opens more links than connections="
                                    + key.settings().connections()
                                    + " allows, because its sessions need them; raise"
                                    + " connections or channelsPerConnection",
                            null);
        }
        // On a worker: the container may hold locks of its own here.
        parts.threads().executeUnlessClosed(() -> show(added));
        added.start();
        return true;
    }

    private void show(Link link) {
        mbeans.add(parts.mbeans().register(Mbeans.LINK, link.name(), new LinkView(link)));
        if (closed) {
            mbeans.forEach(Mbeans.Registration::close);
        }
    }

    private String linkName(int index) {
        String base = key.settings().connectionName();
        return (base == null ? name : base) + " " + index + "/" + key.settings().connections();
    }

    private LinkUnavailableException exhausted() {
        return new LinkUnavailableException(
                name
                        + " has all its channels in use: raise connections (now "
                        + key.settings().connections()
                        + ") or channelsPerConnection (now "
                        + key.settings().channelsPerConnection()
                        + "), within maxConnections of the resource adapter (now "
                        + parts.budget().most()
                        + ")",
                null,
                null);
    }

    // --- waiting ---

    private boolean await(LinkChanges.Check check, Deadline deadline) throws InterruptedException {
        Boolean answer = check.now();
        if (answer != null || deadline.isOver()) {
            return answer != null && answer; // looking alone needs no hold
        }
        // Whoever waits holds the group: closed as idle, it would begin anew without back-off.
        boolean held = retain();
        try {
            wake();
            return changes.await(check, deadline);
        } finally {
            if (held) {
                release();
            }
        }
    }

    /** Has the attempts made that were due while nobody wanted the group. */
    void wake() {
        links.forEach(Link::wanted);
    }

    private boolean isWanted() {
        return references.get() > 0;
    }

    private boolean awaitUp(boolean own, Deadline deadline, boolean patient)
            throws InterruptedException {
        return await(() -> closed ? Boolean.TRUE : links.room(own, patient), deadline);
    }

    /**
     * Waits until some link is up and its gate open, without taking a channel. Starts nothing.
     *
     * @param deadline when to be back
     * @return true when a publish may be tried, or when no link was ever asked for; false when the
     *     deadline has passed, or when no link will come back by itself
     * @throws InterruptedException when the caller is interrupted
     */
    public boolean awaitReady(Deadline deadline) throws InterruptedException {
        return await(() -> closed ? Boolean.TRUE : links.ready(), deadline);
    }

    /**
     * Says whether a publish may be tried now; waits for nothing, and holds and starts nothing.
     *
     * @return what {@link #awaitReady} says without a wait
     */
    public boolean isReady() {
        return closed || Boolean.TRUE.equals(links.ready());
    }

    /**
     * Says whether it will never open anything any more, because the adapter has stopped.
     *
     * @return true from then on
     */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Says why no publish can be written now.
     *
     * @return one sentence
     */
    public String whyNotReady() {
        OpenConnection up = links.anyUp();
        return up == null ? unavailable().getMessage() : up.gate.why();
    }

    private LinkUnavailableException unavailable() {
        Link spokesman = links.spokesman();
        return spokesman == null
                ? new LinkUnavailableException(name + " has no link", this, null)
                : spokesman.unavailable(this);
    }

    // --- living and ending ---

    synchronized boolean retain() {
        if (closed) {
            return false;
        }
        references.incrementAndGet();
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
        if (references.decrementAndGet() == 0 && !closed) {
            idleTimer = parts.threads().after(key.settings().idleTimeout(), this::closeIfUnused);
        }
    }

    private void closeIfUnused() {
        synchronized (this) {
            if (references.get() > 0 || closed) {
                return;
            }
            closed = true;
        }
        parts.forget().apply(this);
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
                parts.events()
                        .warning(MqEvent.Source.LINK, name, "could not close " + attachment, e);
            }
        }
        links.forEach(Link::close);
        mbeans.forEach(Mbeans.Registration::close);
        parts.budget().giveBack(links.size());
        changes.signal();
    }

    @Override
    public String toString() {
        return name;
    }
}
