package io.leveret.ra.inbound;

import io.leveret.ra.link.Threads;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Works off the deliveries of one session and settles them.
 *
 * <pre>{@code
 *         wake (a delivery has come), prepareEndpoint
 * IDLE -----------------------------------------------> BUSY
 *  | ^                                                   |
 *  | +----none is left, the endpoint is made, stopped----+
 *  |
 *  +--endWhenIdle--> ENDED: busy for ever
 * }</pre>
 *
 * <p>It is no thread of its own: {@link #wake} starts a task when a delivery arrives, and the task
 * ends when none is left. At most one runs, over all generations of the subscription: a delivery of
 * a lost channel that still runs holds up the new one's, because there is one endpoint, and it
 * belongs to whoever made this busy.
 *
 * <p>Failure cases: the subscription is lost while a delivery runs (its settling is a no-op), the
 * delivery fails or the endpoint cannot take it (given back after the retry delay, which holds up
 * no other), stopped while a delivery runs (it ends first).
 */
final class Worker {

    /** Publishes of a delivery get this long to be confirmed, however short the drain is. */
    private static final Duration SHORTEST_FLUSH = Duration.ofSeconds(2);

    private final Threads threads;
    private final ActivationReport report;
    private final DeliveryCounts counts;
    private final Duration retryDelay;
    private final DeliveryRunner runner;
    private final Supplier<Subscription> next;

    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean stopping;
    private volatile Runnable whenIdle;
    private volatile Thread thread;

    /**
     * Creates a worker that waits for its first delivery.
     *
     * @param next gives the subscription whose delivery is next, null when there is none
     */
    Worker(
            Activation activation,
            Inbound room,
            MessageEndpointFactory endpoints,
            Duration retryDelay,
            Supplier<Subscription> next) {
        this.threads = room.threads;
        this.report = activation.report();
        this.counts = activation.counts();
        this.retryDelay = retryDelay;
        this.runner =
                new DeliveryRunner(endpoints, room.transactions, flushLimit(room.drainTimeout));
        this.next = next;
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
            threads.executeUnlessClosed(this::work);
        }
    }

    private void work() {
        thread = Thread.currentThread();
        try {
            while (!stopping) {
                Subscription subscription = next.get();
                Delivery delivery = subscription == null ? null : subscription.poll();
                if (delivery == null) {
                    return;
                }
                process(subscription, delivery);
            }
        } finally {
            thread = null;
            leave();
        }
    }

    /** Lets the next one run, and makes sure that nothing that came meanwhile is forgotten. */
    private void leave() {
        busy.set(false);
        if (whenIdle != null) {
            endIfIdle();
            return;
        }
        Subscription subscription = next.get();
        if (subscription != null && subscription.hasWaiting()) {
            wake();
        }
    }

    private void process(Subscription subscription, Delivery delivery) {
        if (!subscription.isOpen()) {
            return; // the broker delivers it again
        }
        switch (run(delivery)) {
            case DONE -> {
                if (subscription.ack(delivery)) {
                    counts.acknowledged.increment();
                } else {
                    report.detail(
                            "processed "
                                    + delivery.message()
                                    + ", but its channel is lost: it comes again",
                            null);
                }
            }
            case FAILED -> {
                counts.failed.increment();
                say("failed to process", delivery);
                threads.after(retryDelay, () -> subscription.reject(delivery));
            }
            case UNTOUCHED -> {
                say("could not take", delivery);
                threads.after(retryDelay, () -> subscription.giveBack(delivery));
            }
        }
    }

    private DeliveryRunner.Outcome run(Delivery delivery) {
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

    private void say(String what, Delivery delivery) {
        report.warning(
                what
                        + " "
                        + delivery.message()
                        + ", it comes again in "
                        + retryDelay.toMillis()
                        + " ms",
                runner.failure());
    }

    /** A delivery was given back to its queue. */
    void returned() {
        counts.returned.increment();
    }

    /** Notes what failed on the channel: the broker sets it right by delivering again. */
    void trouble(String what, Exception cause) {
        report.detail(what, cause);
    }

    // --- stopping ---

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Whether a delivery runs, or is about to. */
    boolean isDelivering() {
        return thread != null;
    }

    /** Begins no delivery any more. */
    void stop() {
        stopping = true;
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
            whenIdle.run();
        }
    }

    /** Gives the endpoint back; at the end only. */
    void releaseEndpoint() {
        runner.release();
    }
}
