package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.Backoff;
import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.InboundSettings;
import io.leveret.ra.settings.LinkSettings;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One session: one consumer on one channel that feeds one endpoint, one delivery at a time.
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
 * any --beginStop--> STOPPING: cancel, let the running delivery end, give the rest back,
 *                    close the channel, release the endpoint --> STOPPED
 * }</pre>
 *
 * <p>The worker is no thread of its own: {@link #wake} starts a task when a delivery arrives, and
 * the task ends when none is left. At most one runs, over all generations of the subscription: a
 * delivery of a lost channel that still runs holds up the new one's, because there is one endpoint.
 *
 * <p>Failure cases: link down (the link's listener and a timer both bring it back), queue missing
 * or refused (back-off, nobody else is disturbed), the endpoint not available yet (back-off), lost
 * while subscribing, lost while a delivery runs (its settling is a no-op), stopped while
 * subscribing, from inside the listener (no wait for itself), or while the listener hangs (given up
 * at the deadline).
 */
final class Session {

    /** Publishes of a delivery get this long to be confirmed, however short the drain is. */
    private static final Duration SHORTEST_FLUSH = Duration.ofSeconds(2);

    private final Activation activation;
    private final Inbound room;
    private final InboundSettings inbound;
    private final LinkSettings link;
    private final LinkGroup group;
    private final String tag;
    private final DeliveryRunner runner;
    private final Backoff backoff;

    private final AtomicBoolean subscribing = new AtomicBoolean();
    private final AtomicBoolean again = new AtomicBoolean();
    private final AtomicBoolean running = new AtomicBoolean();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final Queue<Subscription> leaving = new ConcurrentLinkedQueue<>();
    private volatile Subscription current;
    private long since;
    private volatile boolean counted;
    private volatile int attempts;
    private boolean finished;
    private volatile boolean stopping;
    private volatile boolean draining;
    private volatile Thread worker;
    private volatile Future<?> timer;

    Session(
            Activation activation,
            Inbound room,
            MessageEndpointFactory endpoints,
            MqActivationSpec.Effective settings,
            LinkGroup group,
            String tag) {
        this.activation = activation;
        this.room = room;
        this.inbound = settings.inbound();
        this.link = settings.link();
        this.group = group;
        this.tag = tag;
        this.runner =
                new DeliveryRunner(endpoints, room.transactions, flushLimit(room.drainTimeout));
        this.backoff = Backoff.withoutLimits(link.reconnect());
    }

    private static Duration flushLimit(Duration drainTimeout) {
        return drainTimeout.compareTo(SHORTEST_FLUSH) < 0 ? SHORTEST_FLUSH : drainTimeout;
    }

    // --- subscribing ---

    /** Subscribes on a worker thread, unless it is subscribed or doing so already. */
    void subscribeNow() {
        again.set(true);
        if (subscribing.compareAndSet(false, true)) {
            room.threads.executeUnlessClosed(this::subscribe);
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
            prepareEndpoint();
            LinkChannel channel =
                    group.open(Deadline.in(link.connectTimeout()), false, false, ChannelSetup.NONE);
            fresh = new Subscription(this, channel, inbound.destination(), inbound.prefetch());
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
            room.events.detail(
                    MqEvent.Source.ACTIVATION, activation.name(), "cannot consume yet", e);
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

    /**
     * The endpoint belongs to whoever runs; while a delivery of a lost channel runs, there is one.
     */
    private void prepareEndpoint() throws UnavailableException {
        if (running.compareAndSet(false, true)) {
            try {
                runner.prepare();
            } finally {
                leave();
            }
        }
    }

    /** Makes it the current one, unless the session has stopped meanwhile. */
    private synchronized boolean adopt(Subscription fresh) {
        if (finished) {
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
            timer = room.threads.after(delay, this::subscribeNow);
        }
    }

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
        room.threads.executeUnlessClosed(() -> activation.unsubscribed(cause, 1, delay));
        subscribeAfter(delay);
    }

    void notSettled(Exception cause) {
        room.events.detail(
                MqEvent.Source.ACTIVATION,
                activation.name(),
                "could not settle a delivery, it comes again",
                cause);
    }

    // --- delivering ---

    /** A delivery has arrived; on the I/O thread. */
    void wake() {
        if (!stopping && running.compareAndSet(false, true)) {
            room.threads.executeUnlessClosed(this::run);
        }
    }

    private void run() {
        worker = Thread.currentThread();
        try {
            while (!stopping) {
                Subscription subscription = next();
                Delivery delivery = subscription == null ? null : subscription.poll();
                if (delivery == null) {
                    return;
                }
                process(subscription, delivery);
            }
        } finally {
            worker = null;
            leave();
        }
    }

    /** Lets the next one run, and makes sure that nothing that came meanwhile is forgotten. */
    private void leave() {
        running.set(false);
        if (draining) {
            finishIfIdle();
            return;
        }
        Subscription subscription = next();
        if (subscription != null && subscription.hasWaiting()) {
            wake();
        }
    }

    /** What an old subscription still holds was delivered before. */
    private Subscription next() {
        for (Subscription old : leaving) {
            if (old.hasWaiting()) {
                return old;
            }
        }
        return current;
    }

    private void process(Subscription subscription, Delivery delivery) {
        if (!subscription.isOpen()) {
            return; // the broker delivers it again
        }
        DeliveryCounts counts = activation.counts();
        switch (run(delivery, counts)) {
            case DONE -> {
                if (subscription.ack(delivery)) {
                    counts.acknowledged.increment();
                } else {
                    room.events.detail(
                            MqEvent.Source.ACTIVATION,
                            activation.name(),
                            "processed "
                                    + delivery.message()
                                    + ", but its channel is lost: it"
                                    + " comes again",
                            null);
                }
            }
            case FAILED -> {
                counts.failed.increment();
                say("failed to process", delivery);
                room.threads.after(inbound.retryDelay(), () -> subscription.reject(delivery));
            }
            case UNTOUCHED -> {
                say("could not take", delivery);
                room.threads.after(inbound.retryDelay(), () -> subscription.giveBack(delivery));
            }
        }
    }

    private DeliveryRunner.Outcome run(Delivery delivery, DeliveryCounts counts) {
        counts.inFlight.increment();
        try {
            DeliveryRunner.Outcome outcome = runner.run(delivery.message());
            if (outcome != DeliveryRunner.Outcome.UNTOUCHED) {
                counts.delivered.increment();
            }
            return outcome;
        } finally {
            counts.inFlight.decrement();
        }
    }

    /** A delivery was given back to its queue. */
    void returned() {
        activation.counts().returned.increment();
    }

    private void say(String what, Delivery delivery) {
        room.events.warning(
                MqEvent.Source.ACTIVATION,
                activation.name(),
                what
                        + " "
                        + delivery.message()
                        + ", it comes again in "
                        + inbound.retryDelay().toMillis()
                        + " ms",
                runner.failure());
    }

    // --- stopping ---

    boolean isConsuming() {
        return counted && !stopping;
    }

    /** Counts failed attempts to subscribe since it consumed last. */
    int attempts() {
        return attempts;
    }

    boolean isStopped() {
        return stopped.isDone();
    }

    /** Runs a task on a worker thread when it has stopped, or at once when it has already. */
    void whenStopped(Runnable task) {
        stopped.thenRunAsync(task, room.threads::executeUnlessClosed);
    }

    void beginStop() {
        if (stopping) {
            return; // paused before
        }
        stopping = true;
        Future<?> next = timer;
        if (next != null) {
            next.cancel(false);
        }
        room.threads.executeUnlessClosed(
                () -> {
                    Subscription subscription = current;
                    if (subscription != null) {
                        subscription.cancel(tag);
                    }
                    draining = true;
                    finishIfIdle();
                });
    }

    /** Run by whoever comes last: the worker that ends its delivery, or the one that stops. */
    private void finishIfIdle() {
        if (running.compareAndSet(false, true)) {
            Subscription subscription;
            synchronized (this) {
                finished = true;
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
            runner.release();
            stopped.complete(null);
        }
    }

    /**
     * Waits for the end.
     *
     * @return false when the listener still runs at the deadline; its channel is closed then, so
     *     that the broker delivers elsewhere
     */
    boolean awaitStop(Deadline deadline) {
        if (Thread.currentThread() == worker) {
            return true; // stopped from inside the listener: it cannot wait for itself
        }
        try {
            stopped.get(deadline.nanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            Subscription subscription = current;
            if (subscription != null) {
                subscription.close();
            }
            leaving.forEach(Subscription::close);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a session never stops exceptionally", e);
        }
    }
}
