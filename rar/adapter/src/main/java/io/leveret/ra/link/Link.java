package io.leveret.ra.link;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.MqEvent;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One supervised physical connection.
 *
 * <pre>{@code
 * IDLE --start--> CONNECTING --connected--> UP
 *                  ^    |                    |
 *            timer |    | failed             | lost
 *                  |    v                    |
 *               BACKING_OFF <----------------+
 *
 * any --close--> CLOSED
 * }</pre>
 *
 * <p>Failure cases: connect refused, hangs (bounded by the connect timeout), handshake refused or
 * hangs (bounded likewise), authentication refused (retried like the rest: passwords rotate), lost
 * while up, lost before the listener was installed (the client calls it at once), closed while
 * connecting (the fresh connection is closed again). There is one attempt at a time, whoever asks.
 *
 * <p>Thread-safe. The lock guards the fields only: it is never held during I/O or while telling
 * others.
 */
final class Link {

    enum State {
        IDLE,
        CONNECTING,
        UP,
        BACKING_OFF,
        CLOSED
    }

    private final LinkConnector connector;
    private final List<HostPort> hosts;
    private final String name;
    private final Threads threads;
    private final Events events;
    private final Runnable onUp;
    private final Backoff backoff;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private State state = State.IDLE;
    private volatile OpenConnection current;
    private Throwable cause;
    private long nextAttempt;
    private int hostIndex;
    private Future<?> timer;

    Link(
            LinkKey key,
            String name,
            int index,
            LinkConnector connector,
            Threads threads,
            Events events,
            Runnable onUp) {
        this.connector = connector;
        this.hosts = key.broker().addresses();
        this.name = name;
        this.hostIndex = index;
        this.threads = threads;
        this.events = events;
        this.onUp = onUp;
        this.backoff = new Backoff(key.settings().reconnect());
    }

    /** The connection while the link is up, else null. No lock. */
    OpenConnection current() {
        return current;
    }

    void start() {
        if (enter(State.IDLE, State.CONNECTING)) {
            threads.executeUnlessClosed(this::attempt);
        }
    }

    private boolean enter(State from, State to) {
        lock.lock();
        try {
            if (state != from) {
                return false;
            }
            state = to;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void attempt() {
        HostPort host = hosts.get(Math.floorMod(hostIndex++, hosts.size()));
        try {
            connected(connector.connect(host, name), host);
        } catch (IOException | TimeoutException | RuntimeException | LinkageError e) {
            failed(e, host);
        }
    }

    private void connected(OpenConnection fresh, HostPort host) {
        int attempts;
        lock.lock();
        try {
            if (state == State.CLOSED) {
                close(fresh);
                return;
            }
            state = State.UP;
            current = fresh;
            cause = null;
            attempts = backoff.attempt();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        events.info(
                MqEvent.Source.LINK,
                name,
                "is connected to " + host + (attempts > 0 ? " after attempt " + attempts : ""));
        // Installed last: when the connection is lost already, the client calls it at once.
        fresh.client.addShutdownListener(signal -> lost(fresh, signal));
        onUp.run();
    }

    private void failed(Throwable e, HostPort host) {
        Duration delay = backOff(State.CONNECTING, e);
        if (delay == null) {
            return;
        }
        // One line when an outage begins, details for whoever looks for them.
        String text = "cannot connect to " + host + ", next attempt in " + delay.toMillis() + " ms";
        if (backoff.attempt() == 1) {
            events.warning(MqEvent.Source.LINK, name, text, e);
        } else {
            events.detail(MqEvent.Source.LINK, name, text, e);
        }
    }

    /** On the I/O thread: changes state only, so that nobody uses the dead incarnation any more. */
    private void lost(OpenConnection old, ShutdownSignalException signal) {
        old.gate.end();
        Duration delay = backOff(State.UP, signal);
        if (delay != null) {
            String text = "is lost, next attempt in " + delay.toMillis() + " ms";
            threads.executeUnlessClosed(
                    () -> events.warning(MqEvent.Source.LINK, name, text, signal));
        }
    }

    /** Schedules the next attempt; null when the link is closed. */
    private Duration backOff(State from, Throwable why) {
        lock.lock();
        try {
            if (state != from) {
                return null;
            }
            if (current != null) {
                backoff.lost(System.nanoTime() - current.since);
            }
            Duration delay = backoff.next();
            state = State.BACKING_OFF;
            current = null;
            cause = why;
            nextAttempt = System.nanoTime() + delay.toNanos();
            timer = threads.after(delay, this::retry);
            changed.signalAll();
            return delay;
        } finally {
            lock.unlock();
        }
    }

    private void retry() {
        if (enter(State.BACKING_OFF, State.CONNECTING)) {
            attempt();
        }
    }

    /**
     * Waits until the link is up.
     *
     * @param deadline when to be back
     * @param patient false to wait for a running attempt only, true to sit out back-off too
     * @return true when it is up
     */
    boolean await(Deadline deadline, boolean patient) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = deadline.nanos();
            while (left > 0
                    && (state == State.CONNECTING || patient && state == State.BACKING_OFF)) {
                left = Math.min(changed.awaitNanos(left), deadline.nanos());
            }
            return state == State.UP;
        } finally {
            lock.unlock();
        }
    }

    LinkUnavailableException unavailable(LinkGroup group) {
        lock.lock();
        try {
            String text =
                    switch (state) {
                        case BACKING_OFF ->
                                "is down ("
                                        + Causes.text(cause)
                                        + "), next attempt in "
                                        + Math.max(0, (nextAttempt - System.nanoTime()) / 1_000_000)
                                        + " ms";
                        case CONNECTING -> "did not connect in time";
                        case CLOSED -> "is closed";
                        default -> "could not be used";
                    };
            return new LinkUnavailableException(name + " " + text, group, cause);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Opens a channel on the given incarnation and sets it up: round trips, made by a worker so
     * that the caller is back by its own deadline even when the broker does not answer. A channel
     * that comes too late is closed again.
     *
     * @return the channel, or null when the incarnation has no place left
     */
    LinkChannel open(
            LinkGroup group,
            OpenConnection connection,
            boolean own,
            ChannelSetup setup,
            Deadline deadline)
            throws LinkUnavailableException, InterruptedException {
        if (!connection.reserve(own)) {
            return null;
        }
        CompletableFuture<LinkChannel> answer = new CompletableFuture<>();
        threads.executeUnlessClosed(
                () -> {
                    try {
                        Channel client = connection.createChannel();
                        LinkChannel channel = new LinkChannel(client, connection, threads);
                        setUp(channel, setup);
                        if (!answer.complete(channel)) {
                            channel.close();
                        }
                    } catch (IOException | RuntimeException e) {
                        answer.completeExceptionally(e);
                    }
                });
        try {
            return answer.get(deadline.nanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw noChannel(group, e.getCause());
        } catch (TimeoutException e) {
            if (answer.completeExceptionally(e) || answer.isCompletedExceptionally()) {
                throw noChannel(group, e);
            }
            // It came at the last moment.
            return answer.getNow(null);
        } catch (InterruptedException e) {
            if (!answer.completeExceptionally(e) && !answer.isCompletedExceptionally()) {
                answer.getNow(null).close();
            }
            throw e;
        }
    }

    private static void setUp(LinkChannel channel, ChannelSetup setup) throws IOException {
        try {
            setup.run(channel.client());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private LinkUnavailableException noChannel(LinkGroup group, Throwable e) {
        String why = e instanceof TimeoutException ? "no answer in time" : Causes.text(e);
        return new LinkUnavailableException(name + " opened no channel: " + why, group, e);
    }

    /** Closes for good; the connection is closed on a worker thread. */
    void close() {
        OpenConnection open;
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            open = current;
            current = null;
            if (timer != null) {
                timer.cancel(false);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (open != null) {
            close(open);
            events.info(MqEvent.Source.LINK, name, "is closed");
        }
    }

    private void close(OpenConnection open) {
        open.gate.end();
        threads.executeUnlessClosed(() -> open.client.abort(CLOSE_MILLIS));
    }

    private static final int CLOSE_MILLIS = 1_000;
}
