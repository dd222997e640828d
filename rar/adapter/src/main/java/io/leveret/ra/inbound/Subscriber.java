package io.leveret.ra.inbound;

import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.link.Threads;
import io.leveret.ra.settings.InboundSettings;
import io.leveret.ra.settings.TopologySettings;
import io.leveret.ra.topology.GroupChannels;
import io.leveret.ra.topology.Topology;
import io.leveret.ra.topology.TopologyException;
import jakarta.resource.spi.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps one session subscribed: makes a new {@link Subscription} whenever the old one is gone.
 *
 * <pre>{@code
 *          subscribeNow (start, link up, timer, worker idle)
 * WAITING -------------------------------------------------> SUBSCRIBING --ok--> CONSUMING
 *    ^ ^                                                        |                   |
 *    | +--failed: next attempt by timer-------------------------+                   |
 *    +--lost (channel, broker's cancel): at once, then by timer---------------------+
 *    +--refused (the endpoint takes nothing): all given back, then by timer---------+
 *    +--the link has moved to another address: at once; what the old subscription
 *    |  has delivered is worked off before it is closed. With strict order: when the
 *    |  delivery that runs has ended, and the old subscription is closed first
 *    +--its delivery is STUCK: what nobody has taken is given back; subscribes again
 *       when that delivery has ended
 *
 * any --stop--> STOPPING: no further attempt --end--> ENDED: all given back and closed
 * }</pre>
 *
 * <p>Failure cases: link down (the link's listener and a timer both bring it back), queue missing
 * or refused (back-off, nobody else is disturbed), the endpoint not available yet (back-off), lost
 * while subscribing, stopped while subscribing, lost while an old delivery still runs (renewed at
 * once; with strict order, or when it is stuck, as soon as the worker is idle). Thread-safe; the
 * monitor guards the fields only.
 */
final class Subscriber {

    private final Activation activation;
    private final ActivationReport report;
    private final Threads threads;
    private final DeliveryCounts counts;
    private final InboundSettings inbound;
    private final TopologySettings topology;
    private final boolean strict;
    private final StreamPosition stream;
    private final boolean inTurn;
    private final TopologyWatch watch;
    private final GroupChannels channels;
    private final String tag;
    private final Worker worker;
    private final Attempts attempts;

    private final AtomicBoolean subscribing = new AtomicBoolean();
    private final AtomicBoolean again = new AtomicBoolean();
    private final Generations generations = new Generations();
    private volatile boolean waitsForWorker;
    private volatile Subscription moving;
    private volatile boolean stopping;

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
        this.counts = activation.counts();
        this.inbound = settings.inbound();
        this.topology = inbound.topology();
        this.strict = inbound.order().strict();
        this.stream = activation.stream();
        this.inTurn = strict || stream != null;
        this.watch = activation.topology();
        this.channels = new GroupChannels(room.links, group, false);
        this.tag = tag;
        this.worker = worker;
        this.attempts = new Attempts(threads, settings.link().reconnect(), this::subscribeNow);
    }

    boolean isConsuming() {
        return generations.areConsuming() && !stopping;
    }

    /** Counts failed attempts since it consumed last. */
    int attempts() {
        return attempts.failed();
    }

    /** Gives the subscription whose delivery is next, null when there is none. */
    Subscription next() {
        return generations.next();
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
            while (again.getAndSet(false) && isWanted()) {
                attempt();
            }
        } finally {
            subscribing.set(false);
        }
        if (again.get() && isWanted()) {
            subscribeNow();
        }
    }

    private boolean isWanted() {
        return !stopping && generations.current() == null;
    }

    /** The worker's delivery must end first; {@link #workerIdle} subscribes then. */
    private boolean mustWaitForWorker() {
        waitsForWorker = true; // first, so that nobody becomes idle unnoticed
        if (worker.isStuck() || inTurn && !worker.isIdle()) {
            return true;
        }
        waitsForWorker = false;
        return false;
    }

    /** The worker has become idle. */
    void workerIdle() {
        Subscription old = moving;
        if (old != null) {
            worker.ifIdle(() -> endMove(old));
        }
        if (waitsForWorker) {
            subscribeNow();
        }
    }

    private void attempt() {
        if (mustWaitForWorker()) {
            return;
        }
        Subscription fresh = null;
        try {
            worker.prepareEndpoint();
            Topology.Ready ready = watch.prepare(channels);
            LinkChannel channel = ready.channel();
            Settlement settlement =
                    new Settlement(
                            channel, threads, counts, report, inbound.prefetch(), stream == null);
            fresh = new Subscription(this, worker, channel, inbound, settlement, stream);
            if (!generations.adopt(fresh)) {
                fresh.close();
                return;
            }
            fresh.start(ready.queue(), tag);
            if (consuming(fresh)) {
                activation.subscribed();
                watch.consumes(ready, channels);
                Subscription subscription = fresh;
                if (!topology.isTiedToConnection() && !topology.isTiedToConsumer()) {
                    channel.onLeave(() -> linkMoved(subscription));
                }
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
        } catch (TopologyException e) {
            failed(fresh, e.getMessage(), e.getCause());
        } catch (IOException | RuntimeException | Error e) {
            failed(fresh, "cannot consume from " + inbound.shownQueue(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(fresh, "was interrupted while subscribing", e);
        }
    }

    private synchronized boolean consuming(Subscription fresh) {
        if (stopping || !generations.consumes(fresh)) {
            return false;
        }
        attempts.succeeded();
        return true;
    }

    private void failed(Subscription fresh, String what, Throwable e) {
        Duration delay = attempts.fails();
        if (fresh != null) {
            generations.drop(fresh);
            fresh.close();
        }
        try {
            if (what != null) {
                activation.trouble(what, e, attempts.failed(), delay);
            }
        } finally {
            attempts.after(delay);
        }
    }

    // --- losing a subscription ---

    /** Subscribes on the link's new connection, and lets the old subscription run dry. */
    private void linkMoved(Subscription old) {
        if (inTurn) {
            // No cancel: another consumer would get the next message while this one's still runs.
            old.retire();
            moving = old;
            workerIdle();
        } else if (!stopping && generations.leave(old)) {
            activation.moves();
            old.cancel(tag);
            if (stopping) {
                old.returnWaiting(); // it came after whoever stops has looked
            }
            generations.closeWhenSettled(old);
            subscribeNow();
        }
    }

    /** Nothing of it runs or is held any more, and nothing can begin meanwhile. */
    private void endMove(Subscription old) {
        synchronized (this) {
            if (moving != old) {
                return;
            }
            moving = null;
        }
        if (!stopping && generations.drop(old)) {
            activation.moves();
            old.close();
            subscribeNow();
        }
    }

    /** Its delivery hangs: the others must not wait for it. Blocks for a round trip. */
    void stuck() {
        Subscription old = generations.current();
        if (inTurn || topology.isTiedToConsumer()) {
            return; // nobody may overtake; or the queue would go with its consumer
        }
        if (stopping || old == null || !generations.leave(old)) {
            return;
        }
        activation.moves();
        old.cancel(tag);
        old.returnWaiting();
        generations.closeWhenSettled(old);
        subscribeNow();
    }

    /** The endpoint takes nothing: all go back, and the next attempt makes sure of an endpoint. */
    void refused(Subscription which, Throwable cause) {
        if (!generations.drop(which)) {
            which.returnIdle(); // an old one: it is closed when all is settled
            return;
        }
        Duration delay = attempts.fails();
        if (!strict) { // another consumer would get the next message before this one is back
            which.cancel(tag);
            which.returnAll();
        }
        which.close();
        activation.unsubscribed(
                "has an endpoint that takes no message", cause, attempts.failed(), delay);
        attempts.after(delay);
    }

    /** The subscription is gone; may be told several times, on the I/O thread too. */
    void lost(Subscription which, Exception cause) {
        threads.executeUnlessClosed(
                () -> {
                    which.settlement().forget();
                    worker.dropLost();
                });
        // In any case: its channel may be open, and nobody else knows it when it was lost before it
        // consumed, in a session that stops.
        which.close();
        if (!generations.lost(which)) {
            return;
        }
        Duration delay;
        synchronized (this) { // after the note of the success that it ends
            delay = attempts.lost();
        }
        threads.executeUnlessClosed(
                () -> activation.unsubscribed("lost its subscription", cause, 1, delay));
        attempts.after(delay);
    }

    // --- stopping ---

    /** Begins no attempt any more; does no I/O. */
    void stop() {
        stopping = true;
        attempts.stop();
    }

    /**
     * Ends the flow of deliveries: one round trip, bounded by the RPC timeout. With strict order it
     * goes on until the channel is closed: another consumer would get the next message while this
     * one's still runs.
     */
    void cancel() {
        Subscription subscription = generations.current();
        if (subscription != null && !strict) {
            subscription.cancel(tag);
        }
    }

    /**
     * Gives back what nobody works on any more. What an application has in its hands, to settle by
     * itself, is left to it.
     *
     * @param allSettled run when nothing is unsettled any more
     */
    void finish(Runnable allSettled) {
        if (strict) {
            allSettled.run();
        } else {
            generations.finish(worker.isManual(), allSettled);
        }
    }

    /** Gives back what is not settled and closes all channels; no delivery may run any more. */
    void end() {
        for (Subscription each : generations.end()) {
            if (!strict) {
                each.returnAll();
            }
            each.close();
        }
    }

    /** Closes the channels under a delivery that does not end, so that the broker has them back. */
    void abandon() {
        generations.abandon();
    }
}
