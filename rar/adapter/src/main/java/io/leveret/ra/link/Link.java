package io.leveret.ra.link;

import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.HostPort;
import io.leveret.ra.settings.LinkSettings;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

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
 * any --close--> CLOSED --reopen (operator)--> CONNECTING
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

    private static final int CLOSE_MILLIS = 1_000;

    private final LinkConnector connector;
    private final List<HostPort> hosts;
    private final String name;
    private final Threads threads;
    private final LinkVoice voice;
    private final BooleanSupplier isWanted;
    private final Consumer<Link> onUp;
    private final Runnable onChange;
    private final RecoveryPlan plan;
    private final Homecoming homecoming;
    private final StallWatch stalls;

    private final Set<OpenConnection> leaving = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile LinkState state = LinkState.NEW;
    private volatile boolean tried;
    private volatile OpenConnection current;
    private Instant stateSince = Instant.now();
    private Throwable cause;
    private HostPort host;
    private Long nextAttempt;
    private long reconnects = -1; // the first connection is none
    private int hostIndex;
    private int era;
    private boolean dormant;
    private Future<?> timer;

    /**
     * Whose link it is.
     *
     * @param wanted whether anybody holds it or waits for it; asked under the link's lock
     * @param onUp told without any lock of the link, on whichever thread, like {@code onChange}
     */
    record Owner(BooleanSupplier wanted, Consumer<Link> onUp, Runnable onChange) {}

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
        this.isWanted = owner.wanted();
        this.onUp = owner.onUp();
        this.onChange = owner.onChange();
        LinkSettings.Reconnect settings = key.settings().reconnect();
        this.voice = new LinkVoice(name, settings, threads, events);
        this.plan = new RecoveryPlan(settings);
        HostPort home = hosts.get(Math.floorMod(turn, hosts.size()));
        this.homecoming = new Homecoming(this, home, settings.probeInterval(), threads);
        this.stalls = new StallWatch(this, key, threads);
    }

    /** The connection while the link is up, else null. No lock. */
    OpenConnection current() {
        return current;
    }

    LinkState state() {
        return state;
    }

    String name() {
        return name;
    }

    /** Whether it is in its very first attempt, or about to be. */
    boolean isStarting() {
        return !tried && (state == LinkState.NEW || state == LinkState.CONNECTING);
    }

    LinkStatus status() {
        lock.lock();
        try {
            return new LinkStatus(
                    state,
                    stateSince,
                    host,
                    current,
                    cause,
                    plan.attempt(),
                    nextAttempt,
                    reconnects);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void become(LinkState next) {
        state = next;
        stateSince = Instant.now();
        nextAttempt = null;
    }

    // --- connecting ---

    /** Starts a new link; does nothing when it was closed meanwhile. */
    void start() {
        connectNow(Set.of(LinkState.NEW));
    }

    /** Starts a link that an operator had closed. */
    void reopen() {
        connectNow(Set.of(LinkState.CLOSED));
    }

    /** Tries at once, out of back-off or failure, as at the beginning of an outage. */
    void resume() {
        connectNow(Set.of(LinkState.BACKING_OFF, LinkState.FAILED));
    }

    private void connectNow(Set<LinkState> from) {
        connectIf(
                () -> {
                    boolean due = from.contains(state);
                    if (due) {
                        plan.restart();
                    }
                    return due;
                },
                threads::executeUnlessClosed);
    }

    /** The timer's, on a worker: {@code from} is the state that it was set in. */
    private void retry(LinkState from) {
        connectIf(
                () -> {
                    dormant = state == from && isLoginRefused() && !isWanted.getAsBoolean();
                    return state == from && !dormant;
                },
                Runnable::run);
    }

    private boolean isLoginRefused() {
        return cause instanceof AuthenticationFailureException
                || cause instanceof PossibleAuthenticationFailureException;
    }

    /**
     * Somebody wants the link: after a refused login, the attempt that was due while nobody did is
     * made now. Without that a wrong password that an application once tried would go on knocking,
     * until the broker's administrator locks the user out.
     */
    void wanted() {
        connectIf(() -> dormant, threads::executeUnlessClosed);
    }

    /**
     * Makes an attempt.
     *
     * @param due whether it is to be made; asked under the lock
     * @param runner runs it
     */
    private void connectIf(BooleanSupplier due, Executor runner) {
        int mine;
        lock.lock();
        try {
            if (!due.getAsBoolean()) {
                return;
            }
            become(LinkState.CONNECTING);
            dormant = false;
            mine = ++era;
            if (timer != null) {
                timer.cancel(false);
            }
        } finally {
            lock.unlock();
        }
        onChange.run();
        runner.execute(() -> attempt(mine));
    }

    /** Whether the attempt has not been overtaken by a close, or another attempt after one. */
    private boolean isMine(int attempt) {
        return state == LinkState.CONNECTING && era == attempt;
    }

    private void attempt(int mine) {
        HostPort next;
        lock.lock();
        try {
            if (!isMine(mine)) {
                return;
            }
            next = hosts.get(Math.floorMod(hostIndex++, hosts.size()));
            host = next;
        } finally {
            lock.unlock();
        }
        try {
            connected(connect(next), mine);
        } catch (Throwable e) {
            // Errors too, such as no memory for a thread: nobody else would try again.
            backOff(() -> isMine(mine), null, e, next, "cannot connect to " + next);
        }
    }

    OpenConnection connect(HostPort to) throws IOException, TimeoutException {
        return connector.connect(to, name);
    }

    private void connected(OpenConnection fresh, int mine) {
        lock.lock();
        try {
            if (!isMine(mine)) {
                close(fresh);
                return;
            }
            use(fresh);
            voice.connected(fresh.host, plan.attempt());
        } finally {
            lock.unlock();
        }
        watch(fresh);
    }

    /** Under the lock. */
    private void use(OpenConnection fresh) {
        tried = true;
        become(LinkState.UP);
        current = fresh;
        host = fresh.host;
        reconnects++;
    }

    private void watch(OpenConnection fresh) {
        fresh.watch(
                new OpenConnection.Watcher() {
                    @Override
                    public void onRoom() {
                        onChange.run();
                    }

                    @Override
                    public void onOverdue(long writtenNanos) {
                        stalls.overdue(fresh, writtenNanos);
                    }

                    @Override
                    public void onUnanswered(Exception why) {
                        if (fresh.gate.blocked() == null) { // else it does not read, and says so
                            abandon(fresh, why);
                        }
                    }
                });
        fresh.gate.onChange(() -> gateChanged(fresh));
        gateChanged(fresh);
        homecoming.connected(fresh);
        // Last: when the connection is lost already, the client calls it at once.
        fresh.client.addShutdownListener(signal -> lost(fresh, signal));
        onUp.accept(this);
    }

    // --- blocked ---

    /** On the I/O thread. */
    private void gateChanged(OpenConnection connection) {
        lock.lock();
        try {
            String reason = connection.gate.blocked();
            if (current == connection && reason != null && state == LinkState.UP) {
                become(LinkState.BLOCKED);
                voice.blocked(connection.host, reason);
            } else if (current == connection && reason == null && state == LinkState.BLOCKED) {
                become(LinkState.UP);
                voice.unblocked(connection.host);
                connection.answered(); // the time of the block is no silence
            }
        } finally {
            lock.unlock();
        }
        onChange.run();
    }

    // --- losing ---

    /** On the I/O thread: changes state only, so that nobody uses the dead incarnation any more. */
    private void lost(OpenConnection old, ShutdownSignalException signal) {
        old.gate.end();
        backOff(() -> current == old, old, withoutReference(signal), old.host, "is lost");
    }

    /** A link remembers why it was lost for long; that must not keep the dead connection alive. */
    private static ShutdownSignalException withoutReference(ShutdownSignalException signal) {
        ShutdownSignalException copy =
                new ShutdownSignalException(
                        signal.isHardError(),
                        signal.isInitiatedByApplication(),
                        signal.getReason(),
                        null);
        copy.initCause(signal.getCause());
        copy.setStackTrace(signal.getStackTrace());
        return copy;
    }

    /** The connection is open, but of no use. */
    void abandon(OpenConnection old, Exception why) {
        homecoming.stalled(old);
        if (backOff(() -> current == old, old, why, old.host, "is given up")) {
            close(old);
        }
    }

    /**
     * Schedules the next attempt, or gives up.
     *
     * @param expected whether that is still to be done; asked under the lock
     * @param old the incarnation that was lost, null when an attempt has failed
     * @return whether it was still to be done
     */
    private boolean backOff(
            BooleanSupplier expected,
            OpenConnection old,
            Throwable why,
            HostPort where,
            String what) {
        lock.lock();
        try {
            if (!expected.getAsBoolean()) {
                return false;
            }
            RecoveryPlan.Step step;
            if (old == null) {
                step = plan.failed();
            } else {
                step = plan.lost(System.nanoTime() - old.since);
                homecoming.left();
                stalls.left(old);
            }
            current = null;
            tried = true;
            cause = why;
            become(step.state());
            if (step.pause() != null) {
                // Before it is told: whatever happens then, the next attempt is planned.
                nextAttempt = System.nanoTime() + step.pause().toNanos();
                timer = threads.after(step.pause(), () -> retry(step.state()));
            }
            if (step.state() == LinkState.BACKING_OFF) {
                voice.backsOff(where, what, plan.attempt(), step.pause(), why);
            } else {
                voice.failed(where, what, plan.attempt(), step.pause(), why, step.again());
            }
        } finally {
            lock.unlock();
        }
        onChange.run();
        return true;
    }

    /** Whether a connection that was left is still in use. */
    boolean isLeaving() {
        return !leaving.isEmpty();
    }

    LinkUnavailableException unavailable(LinkGroup group) {
        return voice.unavailable(status(), group);
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
            use(to);
            leaving.add(from);
            homecoming.left();
            stalls.left(from);
            voice.moved(from.host, to.host);
        } finally {
            lock.unlock();
        }
        watch(to);
        from.leave(
                () -> {
                    leaving.remove(from);
                    close(from);
                });
        return true;
    }

    /** Closes; the connection is closed on a worker thread. Nothing but {@link #reopen} reopens. */
    void close() {
        OpenConnection open;
        lock.lock();
        try {
            if (state == LinkState.CLOSED) {
                return;
            }
            become(LinkState.CLOSED);
            dormant = false;
            homecoming.left();
            voice.closed();
            open = current;
            current = null;
            if (timer != null) {
                timer.cancel(false);
            }
        } finally {
            lock.unlock();
        }
        onChange.run();
        voice.hurry();
        leaving.forEach(this::close);
        leaving.clear();
        if (open != null) {
            close(open);
        }
    }

    void close(OpenConnection open) {
        open.gate.end();
        threads.executeUnlessClosed(() -> open.close(CLOSE_MILLIS));
    }
}
