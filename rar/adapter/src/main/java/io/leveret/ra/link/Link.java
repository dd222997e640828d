package io.leveret.ra.link;

import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.MqEvent;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.HostPort;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.Recovery;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One supervised physical connection.
 *
 * <pre>{@code
 *      start               connected              blocked by the broker
 * NEW ------> CONNECTING ------------> UP <------------------------------> BLOCKED
 *              ^  ^  |                 |             unblocked                |
 *        timer,|  |  | failed          | lost, or no progress                 | lost
 *        resume|  |  v                 v                                      |
 *              |  | BACKING_OFF <------+--------------------------------------+
 *              |  |    |
 *              +--|----+ attempts or time used up; with recovery=MANUAL at the first loss
 *                 |    v
 *                 +-- FAILED
 *          resume (operator), probe (recovery=AUTOMATIC)
 *
 * any --close--> CLOSED --start (operator)--> CONNECTING
 * }</pre>
 *
 * <p>Failure cases: connect refused, hangs (bounded by the connect timeout), handshake refused or
 * hangs (bounded likewise), authentication refused (retried like the rest: passwords rotate), lost
 * while up, lost before the listener was installed (the client calls it at once), closed while
 * connecting (the fresh connection is closed again), lost while it moves to another address, open
 * but without any answer to publishes (see {@link StallWatch}). There is one attempt at a time,
 * whoever asks. A failed probe is no new failure: it is told at level DETAIL only.
 *
 * <p>Thread-safe. The lock guards the fields only: it is never held during I/O or while telling
 * others.
 */
final class Link {

    enum State {
        NEW,
        CONNECTING,
        UP,
        BLOCKED,
        BACKING_OFF,
        FAILED,
        CLOSED
    }

    /** What others may know of a link at one moment. */
    record Status(
            State state,
            Instant since,
            HostPort host,
            OpenConnection connection,
            Throwable cause,
            int attempt,
            Long nextAttemptNanos,
            long reconnects) {}

    private static final int CLOSE_MILLIS = 1_000;

    private final LinkConnector connector;
    private final List<HostPort> hosts;
    private final String name;
    private final Threads threads;
    private final Events events;
    private final Runnable onUp;
    private final Runnable onChange;
    private final LinkSettings.Reconnect settings;
    private final Backoff backoff;
    private final Homecoming homecoming;
    private final StallWatch stalls;

    private final Set<OpenConnection> leaving = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile State state = State.NEW;
    private volatile OpenConnection current;
    private Instant stateSince = Instant.now();
    private Throwable cause;
    private HostPort host;
    private Long nextAttempt;
    private long reconnects = -1; // the first connection is none
    private int hostIndex;
    private Future<?> timer;

    /** Whom a link tells: both run without any lock of the link, on whichever thread. */
    record Owner(Runnable onUp, Runnable onChange) {}

    /**
     * Creates a link that does nothing yet.
     *
     * @param turn which of the addresses is its own; it starts there and comes back there
     */
    Link(
            LinkKey key,
            String name,
            int turn,
            LinkConnector connector,
            Threads threads,
            Events events,
            Owner owner) {
        this.connector = connector;
        this.hosts = key.broker().addresses();
        this.name = name;
        this.hostIndex = turn;
        this.threads = threads;
        this.events = events;
        this.onUp = owner.onUp();
        this.onChange = owner.onChange();
        this.settings = key.settings().reconnect();
        this.backoff = new Backoff(settings);
        HostPort home = hosts.get(Math.floorMod(turn, hosts.size()));
        this.homecoming = new Homecoming(this, home, settings.probeInterval(), threads);
        this.stalls = new StallWatch(this, key, threads);
    }

    /** The connection while the link is up, else null. No lock. */
    OpenConnection current() {
        return current;
    }

    State state() {
        return state;
    }

    String name() {
        return name;
    }

    /** Whether it will be up again without anybody's doing. */
    boolean mayComeBack() {
        return switch (state) {
            case NEW, CONNECTING, BACKING_OFF, UP, BLOCKED -> true;
            case FAILED, CLOSED -> false;
        };
    }

    boolean hasChannels() {
        OpenConnection connection = current;
        return connection != null && connection.channels() > 0;
    }

    Status status() {
        lock.lock();
        try {
            return new Status(
                    state,
                    stateSince,
                    host,
                    current,
                    cause,
                    backoff.attempt(),
                    nextAttempt,
                    reconnects);
        } finally {
            lock.unlock();
        }
    }

    private Event event(MqEvent.Severity severity, String text) {
        return Event.of(severity, MqEvent.Source.LINK, name, text);
    }

    /** Under the lock. */
    private void become(State next) {
        state = next;
        stateSince = Instant.now();
        nextAttempt = null;
    }

    // --- connecting ---

    /** Starts a new link, or one that an operator had closed. */
    void start() {
        if (enter(State.NEW, State.CONNECTING) || enter(State.CLOSED, State.CONNECTING)) {
            threads.executeUnlessClosed(this::attempt);
        }
    }

    /** Tries at once, out of back-off or failure. */
    void resume() {
        if (enter(State.BACKING_OFF, State.CONNECTING) || enter(State.FAILED, State.CONNECTING)) {
            threads.executeUnlessClosed(
                    () -> {
                        lock.lock();
                        try {
                            backoff.restart();
                        } finally {
                            lock.unlock();
                        }
                        attempt();
                    });
        }
    }

    private void retry(State from) {
        if (enter(from, State.CONNECTING)) {
            attempt();
        }
    }

    private boolean enter(State from, State to) {
        lock.lock();
        try {
            if (state != from) {
                return false;
            }
            become(to);
            if (timer != null) {
                timer.cancel(false);
            }
        } finally {
            lock.unlock();
        }
        onChange.run();
        return true;
    }

    private void attempt() {
        HostPort next = nextHost();
        try {
            connected(connect(next));
        } catch (IOException | TimeoutException | RuntimeException | LinkageError e) {
            backOff(null, e, next, "cannot connect to " + next);
        }
    }

    private HostPort nextHost() {
        lock.lock();
        try {
            host = hosts.get(Math.floorMod(hostIndex++, hosts.size()));
            return host;
        } finally {
            lock.unlock();
        }
    }

    OpenConnection connect(HostPort to) throws IOException, TimeoutException {
        return connector.connect(to, name);
    }

    private void connected(OpenConnection fresh) {
        int attempts;
        lock.lock();
        try {
            if (state != State.CONNECTING) {
                close(fresh);
                return;
            }
            become(State.UP);
            current = fresh;
            reconnects++;
            attempts = backoff.attempt();
        } finally {
            lock.unlock();
        }
        events.publish(
                event(
                                MqEvent.Severity.INFO,
                                "is connected to "
                                        + fresh.host
                                        + (attempts > 0 ? " after attempt " + attempts : ""))
                        .state(State.UP)
                        .at(fresh.host)
                        .attempt(attempts, null));
        watch(fresh);
        onChange.run();
        onUp.run();
    }

    private void watch(OpenConnection fresh) {
        fresh.onOverdue(written -> stalls.overdue(fresh, written));
        fresh.gate.onChange(() -> gateChanged(fresh));
        gateChanged(fresh);
        homecoming.connected(fresh);
        // Last: when the connection is lost already, the client calls it at once.
        fresh.client.addShutdownListener(signal -> lost(fresh, signal));
    }

    // --- blocked ---

    /** On the I/O thread. */
    private void gateChanged(OpenConnection connection) {
        String reason = connection.gate.blocked();
        boolean turned;
        lock.lock();
        try {
            State next = reason == null ? State.UP : State.BLOCKED;
            turned =
                    current == connection
                            && (state == State.UP || state == State.BLOCKED)
                            && state != next;
            if (turned) {
                become(next);
            }
        } finally {
            lock.unlock();
        }
        if (turned) {
            connection.answered();
            Event event =
                    reason == null
                            ? event(MqEvent.Severity.INFO, "is unblocked").state(State.UP)
                            : event(
                                            MqEvent.Severity.WARNING,
                                            "is blocked by the broker ("
                                                    + reason
                                                    + "), publishes wait")
                                    .state(State.BLOCKED);
            threads.executeUnlessClosed(() -> events.publish(event.at(connection.host)));
        }
        onChange.run();
    }

    // --- losing ---

    /** On the I/O thread: changes state only, so that nobody uses the dead incarnation any more. */
    private void lost(OpenConnection old, ShutdownSignalException signal) {
        old.gate.end();
        if (current == old) {
            backOff(old, signal, old.host, "is lost");
        }
    }

    /** The connection is open, but of no use. */
    void abandon(OpenConnection old, Exception why) {
        if (backOff(old, why, old.host, "is given up")) {
            close(old);
        }
    }

    /**
     * Schedules the next attempt, or gives up.
     *
     * @param old the incarnation that was lost, null when an attempt has failed
     * @return whether the link was in a state to do so
     */
    private boolean backOff(OpenConnection old, Throwable why, HostPort where, String what) {
        Duration delay;
        boolean probed;
        State next;
        int number;
        lock.lock();
        try {
            boolean expected =
                    old == null
                            ? state == State.CONNECTING
                            : current == old && (state == State.UP || state == State.BLOCKED);
            if (!expected) {
                return false;
            }
            if (old != null) {
                backoff.lost(System.nanoTime() - old.since);
            }
            current = null;
            cause = why;
            probed = old == null && backoff.isExhausted();
            delay = old != null && settings.recovery() == Recovery.MANUAL ? null : backoff.next();
            number = backoff.attempt();
            next = delay == null ? State.FAILED : State.BACKING_OFF;
            become(next);
            if (delay == null && settings.recovery() == Recovery.AUTOMATIC) {
                delay = settings.probeInterval();
            }
            if (delay != null) {
                nextAttempt = System.nanoTime() + delay.toNanos();
                timer = threads.after(delay, () -> retry(next));
            }
        } finally {
            lock.unlock();
        }
        String text =
                what
                        + (next == State.FAILED ? " and FAILED" : "")
                        + (delay == null
                                ? ", waits for the operator"
                                : ", next attempt in " + delay.toMillis() + " ms");
        Event event =
                event(severity(next, number, probed), text)
                        .state(next)
                        .at(where)
                        .attempt(number, delay)
                        .because(why);
        threads.executeUnlessClosed(() -> events.publish(event));
        onChange.run();
        return true;
    }

    /** One line when an outage begins and when it is given up, details for whoever looks. */
    private static MqEvent.Severity severity(State next, int number, boolean probed) {
        if (next == State.FAILED) {
            return probed ? MqEvent.Severity.DETAIL : MqEvent.Severity.ALARM;
        }
        return number == 1 ? MqEvent.Severity.WARNING : MqEvent.Severity.DETAIL;
    }

    LinkUnavailableException unavailable(LinkGroup group) {
        Status now = status();
        String text =
                switch (now.state()) {
                    case BACKING_OFF ->
                            "is down ("
                                    + Causes.text(now.cause())
                                    + "), next attempt in "
                                    + Math.max(
                                            0,
                                            (now.nextAttemptNanos() - System.nanoTime())
                                                    / 1_000_000)
                                    + " ms";
                    case FAILED ->
                            "has FAILED ("
                                    + Causes.text(now.cause())
                                    + ") and "
                                    + (settings.recovery() == Recovery.AUTOMATIC
                                            ? "is probed every "
                                                    + settings.probeInterval().toMillis()
                                                    + " ms"
                                            : "waits for the operator to resume it");
                    case NEW, CONNECTING -> "did not connect in time";
                    case CLOSED -> "is closed";
                    case UP, BLOCKED -> "could not be used";
                };
        return new LinkUnavailableException(name + " " + text, group, now.cause());
    }

    // --- moving and closing ---

    /**
     * Goes on with another connection, unless the old one was lost meanwhile. The old one stays
     * open until its users have moved.
     */
    boolean move(OpenConnection from, OpenConnection to) {
        lock.lock();
        try {
            if (current != from) {
                return false;
            }
            current = to;
            host = to.host;
            reconnects++;
            become(State.UP);
        } finally {
            lock.unlock();
        }
        events.publish(
                event(MqEvent.Severity.INFO, "is back at " + to.host + ", from " + from.host)
                        .state(State.UP)
                        .at(to.host));
        watch(to);
        onChange.run();
        onUp.run();
        leaving.add(from);
        from.leave(
                () -> {
                    leaving.remove(from);
                    close(from);
                });
        return true;
    }

    /** Closes; the connection is closed on a worker thread. Nothing but {@link #start} reopens. */
    void close() {
        OpenConnection open;
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            become(State.CLOSED);
            open = current;
            current = null;
            if (timer != null) {
                timer.cancel(false);
            }
        } finally {
            lock.unlock();
        }
        onChange.run();
        leaving.forEach(this::close);
        leaving.clear();
        if (open != null) {
            close(open);
            events.publish(event(MqEvent.Severity.INFO, "is closed").state(State.CLOSED));
        }
    }

    void close(OpenConnection open) {
        open.gate.end();
        threads.executeUnlessClosed(() -> open.client.abort(CLOSE_MILLIS));
    }
}
