package io.leveret.ra.inbound;

import io.leveret.MqFailure;
import io.leveret.ra.link.Threads;
import io.leveret.ra.retry.Retries;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Works off the deliveries of one session. What follows from how one has ended is up to its {@link
 * Aftermath}.
 *
 * <pre>{@code
 *         wake (a delivery has come), prepareEndpoint, ifIdle
 * IDLE ----------------------------------------------------> BUSY <---the time has come---+
 *  | ^                                                        | |                         |
 *  | +--none is left, the endpoint is made, stopped-----------+ +--the same once more--> HOLDING
 *  | +-------------its channel is lost, stopped---------------------------------------------+
 *  |
 *  +--endWhenIdle--> ENDED: busy for ever
 * }</pre>
 *
 * <p>It is no thread of its own: {@link #wake} starts a task when a delivery arrives, and the task
 * ends when none is left. At most one runs, over all generations of the subscription: a delivery of
 * a lost channel that still runs holds up the new one's, because there is one endpoint, and it
 * belongs to whoever made this busy. HOLDING keeps a delivery for another try, with no thread: the
 * endpoint could not take it, it has failed and order is strict, or everything fails.
 *
 * <p>Failure cases: the subscription is lost while a delivery runs (its settling is a no-op) or is
 * held (dropped: it comes again); the delivery fails (handed to the retry room, which holds up no
 * other, or held); the endpoint takes none (held, and nothing is counted; after the retry delay all
 * go back, and the session subscribes anew when it has an endpoint); the listener hangs (see {@link
 * StuckWatch}); stopped while a delivery runs (it ends first) or is held (at once).
 */
final class Worker {

    /** Publishes of a delivery get this long to be confirmed, however short the drain is. */
    private static final Duration SHORTEST_FLUSH = Duration.ofSeconds(2);

    /** What a worker needs to know of its session, and tells it. */
    interface Owner extends StuckWatch.Listener {

        /** Gives the subscription whose delivery is next, null when there is none. */
        Subscription next();

        /** The worker has become idle. */
        void idle();

        /** The endpoint takes nothing; called by the busy worker, which holds no delivery. */
        void refused(Subscription subscription, Throwable cause);
    }

    private final Threads threads;
    private final ActivationReport report;
    private final DeliveryCounts counts;
    private final boolean manual;
    private final DeliveryRunner runner;
    private final StuckWatch watch;
    private final PoisonWatch poison;
    private final Aftermath aftermath;
    private final Owner owner;

    private final AtomicBoolean busy = new AtomicBoolean();
    private final Held.Place held = new Held.Place();
    private volatile boolean stopping;
    private volatile Runnable whenIdle;
    private volatile boolean ended;
    private volatile Thread thread;

    /** Creates a worker that waits for its first delivery. */
    Worker(
            Activation activation,
            Inbound room,
            MessageEndpointFactory endpoints,
            MqActivationSpec.Effective settings,
            ListenerType type,
            Retries retries,
            Owner owner) {
        this.threads = room.threads;
        this.report = activation.report();
        this.counts = activation.counts();
        this.manual = type == ListenerType.DELIVERY;
        this.runner =
                new DeliveryRunner(
                        endpoints, type, room.transactions, flushLimit(room.drainTimeout));
        this.watch = new StuckWatch(threads, settings.inbound().stuckThreshold(), owner);
        this.poison = activation.poison();
        this.aftermath =
                new Aftermath(
                        activation,
                        threads,
                        settings,
                        retries,
                        type,
                        runner,
                        this::failureAction,
                        () -> stopping,
                        owner);
        this.owner = owner;
    }

    private static Duration flushLimit(Duration drainTimeout) {
        return drainTimeout.compareTo(SHORTEST_FLUSH) < 0 ? SHORTEST_FLUSH : drainTimeout;
    }

    /** Makes the endpoint, unless a delivery of a lost channel runs: there is one then. */
    void prepareEndpoint() throws UnavailableException {
        if (busy.compareAndSet(false, true)) {
            try {
                runner.prepare();
            } finally {
                leave();
            }
        }
    }

    // --- delivering ---

    /** A delivery has arrived; on the I/O thread. */
    void wake() {
        if (!stopping && busy.compareAndSet(false, true)) {
            threads.executeUnlessClosed(() -> work(null));
        }
    }

    private void work(Held first) {
        boolean pause = false;
        thread = Thread.currentThread();
        try {
            if (first != null && !stopping) {
                first.delivery().holds(false);
                pause = !process(first.subscription(), first.delivery());
            }
            while (!pause && !stopping) {
                Subscription subscription = owner.next();
                Delivery delivery = subscription == null ? null : subscription.poll();
                if (delivery == null) {
                    return;
                }
                pause = !process(subscription, delivery);
            }
        } finally {
            if (!pause) {
                thread = null;
                leave();
            }
        }
    }

    /** Lets the next one run, and makes sure that nothing that came meanwhile is forgotten. */
    private void leave() {
        busy.set(false);
        if (whenIdle != null) {
            endIfIdle();
            return;
        }
        owner.idle();
        Subscription subscription = owner.next();
        if (subscription != null && subscription.hasWaiting()) {
            wake();
        }
    }

    /** Returns false when the delivery is held: this worker then goes on when its time has come. */
    private boolean process(Subscription subscription, Delivery delivery) {
        if (!subscription.isOpen()) {
            return true; // the broker delivers it again
        }
        if (delivery.hostile() != null) {
            aftermath.hostile(subscription, delivery);
            return true;
        }
        Duration pause = poison.pause(System.nanoTime());
        if (pause.isZero()) {
            pause = aftermath.of(run(subscription, delivery), subscription, delivery);
        }
        return pause == null || !hold(subscription, delivery, pause);
    }

    private DeliveryRunner.Outcome run(Subscription subscription, Delivery delivery) {
        OpenDelivery open =
                new OpenDelivery(
                        delivery,
                        subscription.settlement(),
                        wish -> aftermath.rejected(subscription, delivery, wish));
        DeliveryRunner.Outcome outcome =
                watched(
                        delivery,
                        () -> runner.run(open, () -> aftermath.taken(subscription, delivery)));
        if (outcome != DeliveryRunner.Outcome.UNTOUCHED) {
            counts.delivered.increment();
        }
        return outcome;
    }

    private DeliveryRunner.Outcome failureAction(Delivery delivery, MqFailure failure) {
        return watched(delivery, () -> runner.run(failure));
    }

    private DeliveryRunner.Outcome watched(
            Delivery delivery, Supplier<DeliveryRunner.Outcome> work) {
        counts.inFlight.increment();
        watch.begins(delivery);
        try {
            return work.get();
        } finally {
            watch.ends();
            counts.inFlight.decrement();
        }
    }

    // --- holding ---

    /** Keeps a delivery for another try. Returns false when there will be none. */
    private boolean hold(Subscription subscription, Delivery delivery, Duration delay) {
        thread = null; // first: it may go on at once, on another thread
        delivery.holds(true); // before it is found there
        Held fresh = held.put(subscription, delivery, delay, threads, this::work);
        // Whoever stops, or loses the channel, has looked for it before or finds it.
        return !((stopping || !subscription.isOpen()) && held.take(fresh));
    }

    /** Gives up what is held on a channel that is lost; not on the I/O thread. */
    void dropLost() {
        Held now = held.peek();
        if (now != null && !now.subscription().isOpen()) {
            drop(now);
        }
    }

    private void drop(Held now) {
        if (held.take(now)) {
            leave();
        }
    }

    /** Notes what failed on the channel: the broker sets it right by delivering again. */
    void trouble(String what, Exception cause) {
        report.detail(what, cause);
    }

    // --- what runs now ---

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Whether a delivery runs, or is about to. */
    boolean isDelivering() {
        return thread != null;
    }

    /** Whether the application settles by itself. */
    boolean isManual() {
        return manual;
    }

    /** Whether its delivery runs for too long. */
    boolean isStuck() {
        return watch.isStuck();
    }

    /** Whether it has nothing to do and holds nothing. */
    boolean isIdle() {
        return !busy.get();
    }

    /** Runs a task while it can begin no delivery; does nothing when it is busy. */
    void ifIdle(Runnable task) {
        if (busy.compareAndSet(false, true)) {
            try {
                task.run();
            } finally {
                leave();
            }
        }
    }

    // --- stopping ---

    /** Begins no delivery any more; what is held is not tried again. */
    void stop() {
        stopping = true;
        Held now = held.peek();
        if (now != null) {
            drop(now);
        }
    }

    /**
     * Ends as soon as no delivery runs; to be called once, after {@link #stop}.
     *
     * @param end run then, at once or on the thread of the delivery that runs
     */
    void endWhenIdle(Runnable end) {
        whenIdle = end;
        endIfIdle();
    }

    private void endIfIdle() {
        if (busy.compareAndSet(false, true)) {
            ended = true;
            whenIdle.run();
        }
    }

    /** Whether it has ended: no delivery runs, nor ever will. */
    boolean hasEnded() {
        return ended;
    }

    /** Gives the endpoint back; at the end only. */
    void releaseEndpoint() {
        runner.release();
    }
}
