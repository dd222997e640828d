package io.leveret.ra.link;

import com.rabbitmq.client.ConnectionFactory;
import io.leveret.MqEvent;
import io.leveret.ra.link.security.TokenEndpoint;
import io.leveret.ra.observe.Events;
import io.leveret.ra.settings.LinkSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The access token of one OAuth2 client, shared by all links that use it: fetched when the first of
 * them connects, renewed in time, and told to the broker on every open connection.
 *
 * <pre>{@code
 *         asked            granted               80 % of the lifetime
 * EMPTY ---------> ASKING ---------> FRESH -----------------------------> ASKING
 *   ^                |                 ^                                    | granted: pushed to
 *   |                | failed          +------------------------------------+ all connections
 *   |                v                 | granted                            | failed
 *   +------------ REFUSED <------------+----------- DUE <-------------------+
 *      back-off over   \                             |     (the token is still good; asked again
 *      (who connects    +<------- lifetime over -----+      after the back-off)
 *      asks again)
 * }</pre>
 *
 * <p>DUE and REFUSED differ only in whether the old token is still good; {@code known}, {@code
 * failure} and {@code notBefore} say it. There is one request at a time, whoever asks; between two
 * failed ones lies a jittered back-off, and whoever connects meanwhile gets the last failure, so
 * that many links do not storm the server. With no connection open nothing is renewed.
 *
 * <p>Failure cases: the server is away, slow or refuses (told once for each such time; the link
 * that wants to connect fails and tries again in its own back-off); it is away for longer than the
 * token is good (the broker closes the connections, the links try until it is back); a connection
 * is opened with a token that is renewed before the connection is known here (it is pushed at
 * once); the broker refuses a pushed token or does not answer within the RPC timeout, or the
 * connection is lost meanwhile (left to the broker to close: the recovery connects with a fresh
 * token); the adapter stops (nothing runs any more).
 *
 * <p>Thread-safe. Requests and pushes run on workers, never on an I/O thread; no lock is held while
 * a token is pushed.
 */
final class TokenSource {

    /** When to renew, as a share of the lifetime. */
    private static final double DUE = 0.8;

    private record Token(String value, long dueNanos, long endNanos) {

        boolean isDue() {
            return System.nanoTime() - dueNanos >= 0;
        }

        boolean isOver() {
            return System.nanoTime() - endNanos >= 0;
        }
    }

    private final TokenEndpoint endpoint;
    private final String name;
    private final Duration limit;
    private final Threads threads;
    private final Events events;
    private final Map<String, TokenLogin> users = new ConcurrentHashMap<>();

    /** Held during a request; guards what follows. */
    private final ReentrantLock asking = new ReentrantLock();

    private final Backoff backoff;
    private volatile Token known;
    private IOException failure;
    private long notBefore;

    /** Guarded by the monitor, which is held for moments only, on I/O threads too. */
    private Future<?> timer;

    /** Guarded by the monitor. */
    private boolean ended;

    /**
     * Creates a source that has asked for nothing.
     *
     * @param name what events call it
     * @param limit the longest time of one renewal
     */
    TokenSource(
            TokenEndpoint endpoint,
            String name,
            Duration limit,
            LinkSettings.Reconnect reconnect,
            Threads threads,
            Events events) {
        this.endpoint = endpoint;
        this.name = name;
        this.limit = limit;
        this.threads = threads;
        this.events = events;
        this.backoff = Backoff.withoutLimits(reconnect);
    }

    /**
     * Gives a token that is not due, or, when a new one cannot be had, one that is not over. Blocks
     * while it is fetched.
     *
     * @param within the longest time that it may take
     * @throws IOException when there is none
     */
    String token(Duration within) throws IOException {
        Token last = known;
        return (last != null && !last.isDue() ? last : ask(within)).value();
    }

    /**
     * Makes the client log in with a token, and registers the connection, when it is open, for the
     * tokens that come after it. Each connection needs a login of its own.
     */
    void login(ConnectionFactory factory, String userName, String token) {
        TokenLogin login = new TokenLogin(this, userName, token);
        factory.setCredentialsProvider(login);
        factory.setCredentialsRefreshService(login);
    }

    private Token ask(Duration within) throws IOException {
        Deadline deadline = Deadline.in(within);
        boolean waited = lock(deadline);
        try {
            Token last = known;
            if (last != null && !last.isDue()) {
                return last; // another one has asked meanwhile
            }
            // Who waited for another one's request takes its outcome, also because the time left
            // may be too short for one of its own.
            if (failure == null || !waited && System.nanoTime() - notBefore >= 0) {
                try {
                    Duration left = Duration.ofNanos(Math.max(1, deadline.nanos()));
                    return granted(System.nanoTime(), endpoint.ask(left));
                } catch (IOException e) {
                    failed(e);
                } catch (RuntimeException | Error e) {
                    // No thread or no descriptor left: as passing as a server that is away.
                    failed(new IOException(endpoint + " cannot be asked", e));
                }
            }
            if (last != null && !last.isOver()) {
                return last;
            }
            throw failure;
        } finally {
            asking.unlock();
        }
    }

    /** Says whether it had to wait. */
    private boolean lock(Deadline deadline) throws IOException {
        if (asking.tryLock()) {
            return false;
        }
        try {
            if (asking.tryLock(deadline.nanos(), TimeUnit.NANOSECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + endpoint, e);
        }
        throw new IOException("no token in time from " + endpoint);
    }

    /** Counts from the moment of the request, so that no time on the way is taken for life. */
    private Token granted(long asked, TokenEndpoint.Granted answer) {
        long life = answer.lifetime().toNanos();
        Token fresh = new Token(answer.token(), asked + (long) (DUE * life), asked + life);
        known = fresh;
        if (failure != null) {
            failure = null;
            backoff.lost(Long.MAX_VALUE); // the next failure is a new one
            events.info(MqEvent.Source.LINK, name, "has a token again");
        }
        schedule(untilDue(fresh));
        users.values().forEach(this::pushLater);
        return fresh;
    }

    private static Duration untilDue(Token token) {
        return Duration.ofNanos(Math.max(0, token.dueNanos() - System.nanoTime()));
    }

    private void failed(IOException e) {
        Duration delay = backoff.next();
        boolean news = failure == null;
        failure = e;
        notBefore = System.nanoTime() + delay.toNanos();
        String text = "has no new token, asks again in " + delay.toMillis() + " ms at the earliest";
        if (news) {
            events.warning(MqEvent.Source.LINK, name, text, e);
        } else {
            events.detail(MqEvent.Source.LINK, name, text, e);
        }
        schedule(delay);
    }

    /** With no connection open, and after the end, nothing is scheduled. */
    private synchronized void schedule(Duration delay) {
        unschedule();
        if (!ended && !users.isEmpty()) {
            timer = threads.after(delay, this::renew);
        }
    }

    private synchronized void unschedule() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void renew() {
        synchronized (this) {
            if (ended || users.isEmpty()) {
                return;
            }
        }
        try {
            ask(limit);
        } catch (IOException e) {
            // Told and scheduled again by failed(), unless another one holds the lock for too long.
            events.detail(MqEvent.Source.LINK, name, "did not renew its token", e);
        } catch (RuntimeException | Error e) {
            schedule(limit); // first: this chain may not end here, whatever comes next
            events.warning(MqEvent.Source.LINK, name, "did not renew its token", e);
        }
    }

    // --- connections ---

    /** Called by the client when a connection is open, on the worker that connects. */
    void opened(TokenLogin login) {
        Token now;
        synchronized (this) {
            users.put(login.id(), login);
            now = known;
            if (timer == null || timer.isDone()) {
                schedule(untilDue(now));
            }
        }
        if (!now.value().equals(login.token())) {
            pushLater(login);
        }
    }

    /** Called by the client when a connection is lost or closed, on the I/O thread. */
    synchronized void closed(TokenLogin login) {
        users.remove(login.id());
        if (users.isEmpty()) {
            unschedule();
        }
    }

    /** The adapter stops: nothing is renewed any more. */
    synchronized void end() {
        ended = true;
        unschedule();
    }

    private void pushLater(TokenLogin login) {
        Token now = known;
        threads.executeUnlessClosed(() -> push(login, now.value()));
    }

    private void push(TokenLogin login, String token) {
        Callable<Boolean> push = login.renewed(token);
        try {
            if (push != null && !push.call()) {
                closed(login);
            }
        } catch (Exception e) {
            // The broker closes the connection when the old token is over.
            events.detail(MqEvent.Source.LINK, name, "could not hand a new token to the broker", e);
        }
    }
}
