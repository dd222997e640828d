package io.leveret.ra.inbound;

import io.leveret.ra.link.Backoff;
import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.link.Threads;
import io.leveret.ra.settings.InboundSettings;
import jakarta.resource.spi.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps one session subscribed: makes a new {@link Subscription} whenever the old one is gone.
 *
 * <pre>{@code
 *          subscribeNow (start, link up, timer)
 * WAITING ------------------------------------> SUBSCRIBING --ok--> CONSUMING
 *    ^ ^                                             |                  |
 *    | +--failed: next attempt by timer--------------+                  |
 *    +--lost (channel, broker's cancel): at once, then by timer---------+
 *    +--the link has moved to another address: at once; what the old subscription
 *       has delivered is worked off before it is closed
 *
 * any --stop--> STOPPING: no further attempt --end--> ENDED: all given back and closed
 * }</pre>
 *
 * <p>Failure cases: link down (the link's listener and a timer both bring it back), queue missing
 * or refused (back-off, nobody else is disturbed), the endpoint not available yet (back-off), lost
 * while subscribing, stopped while subscribing. Thread-safe; the monitor guards the fields only.
 */
final class Subscriber {

    private final Activation activation;
    private final ActivationReport report;
    private final Threads threads;
    private final InboundSettings inbound;
    private final Duration connectTimeout;
    private final LinkGroup group;
    private final String tag;
    private final Worker worker;
    private final Backoff backoff;

    private final AtomicBoolean subscribing = new AtomicBoolean();
    private final AtomicBoolean again = new AtomicBoolean();
    private final Queue<Subscription> leaving = new ConcurrentLinkedQueue<>();
    private volatile Subscription current;
    private long since;
    private volatile boolean counted;
    private volatile int attempts;
    private boolean ended;
    private volatile boolean stopping;
    private volatile Future<?> timer;

    Subscriber(
            Activation activation,
            Inbound room,
            MqActivationSpec.Effective settings,
            LinkGroup group,
            String tag,
            Worker worker) {
        this.activation = activation;
        this.report = activation.report();
        this.threads = room.threads;
        this.inbound = settings.inbound();
        this.connectTimeout = settings.link().connectTimeout();
        this.group = group;
        this.tag = tag;
        this.worker = worker;
        this.backoff = Backoff.withoutLimits(settings.link().reconnect());
    }

    boolean isConsuming() {
        return counted && !stopping;
    }

    /** Counts failed attempts since it consumed last. */
    int attempts() {
        return attempts;
    }

    /**
     * Gives the subscription whose delivery is next, null when there is none. What an old one still
     * holds was delivered before.
     */
    Subscription next() {
        for (Subscription old : leaving) {
            if (old.hasWaiting()) {
                return old;
            }
        }
        return current;
    }

    // --- subscribing ---

    /** Subscribes on a worker thread, unless it is subscribed or doing so already. */
    void subscribeNow() {
        again.set(true);
        if (subscribing.compareAndSet(false, true)) {
            threads.executeUnlessClosed(this::subscribe);
        }
    }

    private void subscribe() {
        try {
            while (again.getAndSet(false) && !stopping && current == null) {
                attempt();
            }
        } finally {
            subscribing.set(false);
        }
        if (again.get() && !stopping && current == null) {
            subscribeNow();
        }
    }

    private void attempt() {
        Subscription fresh = null;
        try {
            worker.prepareEndpoint();
            LinkChannel channel =
                    group.open(Deadline.in(connectTimeout), false, false, ChannelSetup.NONE);
            fresh =
                    new Subscription(
                            this, worker, channel, inbound.destination(), inbound.prefetch());
            if (!adopt(fresh)) {
                fresh.close();
                return;
            }
            fresh.start(tag);
            if (consuming(fresh)) {
                activation.subscribed();
                Subscription subscription = fresh;
                channel.onLeave(() -> linkMoved(subscription));
            } else if (!stopping) {
                failed(fresh, "lost its subscription at once", null);
            }
            // When stopping, a delivery may run on it already: whoever stops closes it.
        } catch (LinkUnavailableException e) {
            // The link says itself, once per change, that it is down.
            report.detail("cannot consume yet", e);
            failed(fresh, null, e);
        } catch (UnavailableException e) {
            failed(fresh, "has no endpoint yet", e);
        } catch (IOException | RuntimeException | LinkageError e) {
            failed(fresh, "cannot consume from queue '" + inbound.destination() + "'", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(fresh, "was interrupted while subscribing", e);
        }
    }

    /** Makes it the current one, unless the session has stopped meanwhile. */
    private synchronized boolean adopt(Subscription fresh) {
        if (ended) {
            return false;
        }
        current = fresh;
        return true;
    }

    private synchronized boolean consuming(Subscription fresh) {
        if (current != fresh || stopping) {
            return false;
        }
        counted = true;
        attempts = 0;
        since = System.nanoTime();
        return true;
    }

    private void failed(Subscription fresh, String what, Throwable e) {
        Duration delay;
        synchronized (this) {
            if (current == fresh) {
                current = null;
            }
            delay = backoff.next();
            attempts++;
        }
        if (fresh != null) {
            fresh.close();
        }
        if (what != null) {
            activation.trouble(what, e, attempts, delay);
        }
        subscribeAfter(delay);
    }

    private synchronized void subscribeAfter(Duration delay) {
        Future<?> before = timer;
        if (before != null) {
            before.cancel(false); // one chain of attempts, whoever else asked for one
        }
        if (!stopping) {
            timer = threads.after(delay, this::subscribeNow);
        }
    }

    // --- losing a subscription ---

    /** Subscribes on the link's new connection, and lets the old subscription run dry. */
    private void linkMoved(Subscription old) {
        synchronized (this) {
            if (current != old || stopping) {
                return;
            }
            current = null;
            counted = false;
            leaving.add(old);
        }
        activation.moves();
        old.cancel(tag);
        old.finish(() -> leaving.remove(old));
        subscribeNow();
    }

    /** The subscription is gone; may be told several times, on the I/O thread too. */
    void lost(Subscription which, Exception cause) {
        Duration delay;
        if (leaving.remove(which)) {
            which.close();
            return;
        }
        synchronized (this) {
            if (current != which || !counted) {
                // Known already, or the attempt to subscribe will find out.
                if (current == which) {
                    current = null;
                }
                return;
            }
            current = null;
            counted = false;
            long up = System.nanoTime() - since;
            backoff.lost(up);
            delay = backoff.isStable(up) ? Duration.ZERO : backoff.next();
        }
        which.close();
        threads.executeUnlessClosed(() -> activation.unsubscribed(cause, 1, delay));
        subscribeAfter(delay);
    }

    // --- stopping ---

    /** Begins no attempt any more; does no I/O. */
    void stop() {
        stopping = true;
        Future<?> next = timer;
        if (next != null) {
            next.cancel(false);
        }
    }

    /** Ends the flow of deliveries: one round trip, bounded by the RPC timeout. */
    void cancel() {
        Subscription subscription = current;
        if (subscription != null) {
            subscription.cancel(tag);
        }
    }

    /** Gives back what is not settled and closes all channels; no delivery may run any more. */
    void end() {
        Subscription subscription;
        synchronized (this) {
            ended = true;
            subscription = current;
            current = null;
        }
        if (subscription != null) {
            leaving.add(subscription);
        }
        for (Subscription each : leaving) {
            each.returnAll();
            each.close();
        }
    }

    /** Closes the channels under a delivery that does not end, so that the broker has them back. */
    void abandon() {
        Subscription subscription = current;
        if (subscription != null) {
            subscription.close();
        }
        leaving.forEach(Subscription::close);
    }
}
