package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.Threads;
import io.leveret.ra.retry.Retries;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One session: one consumer on one channel that feeds one endpoint, one delivery at a time. Its
 * {@link Subscriber} keeps the consumer, its {@link Worker} does the deliveries; this class ends
 * them together.
 *
 * <pre>{@code
 * RUNNING --beginStop--> STOPPING: cancel, let the running delivery end
 *                           | the worker is idle, for ever
 *                           v
 *                        SETTLING: give back what nobody works on, and wait for what the
 *                           | application has in its hands to settle by itself
 *                           | nothing is unsettled, or the deadline has passed
 *                           v
 *                        give the rest back, close the channel, release the endpoint --> STOPPED
 * }</pre>
 *
 * <p>Failure cases: stopped while subscribing, from inside the listener (no wait for itself), while
 * the listener hangs (given up at the deadline), while the application never settles (the same), or
 * while both ends come at once (the first one counts).
 */
final class Session implements Worker.Owner {

    private final Activation activation;
    private final Threads threads;
    private final String tag;
    private final Worker worker;
    private final Subscriber subscriber;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile boolean stopping;

    Session(
            Activation activation,
            Inbound room,
            MessageEndpointFactory endpoints,
            MqActivationSpec.Effective settings,
            ListenerType type,
            LinkGroup group,
            Retries retries,
            String tag) {
        this.activation = activation;
        this.threads = room.threads;
        this.tag = tag;
        this.worker = new Worker(activation, room, endpoints, settings, type, retries, this);
        this.subscriber = new Subscriber(activation, room, settings, group, tag, worker);
    }

    // --- what the worker asks and tells ---

    @Override
    public Subscription next() {
        return subscriber.next();
    }

    @Override
    public void idle() {
        subscriber.workerIdle();
    }

    @Override
    public void refused(Subscription subscription, Throwable cause) {
        subscriber.refused(subscription, cause);
    }

    @Override
    public void stuck(Delivery delivery, Duration since) {
        activation
                .report()
                .tell(
                        MqEvent.Severity.ALARM,
                        activation.state(),
                        "has a STUCK session, "
                                + tag
                                + ": its listener works on "
                                + delivery.message()
                                + " for "
                                + since.toMillis()
                                + " ms now");
        subscriber.stuck();
    }

    @Override
    public void free(Delivery delivery, Duration after) {
        activation
                .report()
                .tell(
                        MqEvent.Severity.INFO,
                        activation.state(),
                        "has a session that is no longer stuck, "
                                + tag
                                + ": its listener took "
                                + after.toMillis()
                                + " ms for "
                                + delivery.message());
    }

    // --- subscribing ---

    /** Subscribes on a worker thread, unless it is subscribed or doing so already. */
    void subscribeNow() {
        subscriber.subscribeNow();
    }

    boolean isConsuming() {
        return subscriber.isConsuming();
    }

    boolean isStuck() {
        return worker.isStuck();
    }

    /** Counts failed attempts to subscribe since it consumed last. */
    int attempts() {
        return subscriber.attempts();
    }

    // --- stopping ---

    boolean isStopped() {
        return stopped.isDone();
    }

    /** Runs a task on a worker thread when it has stopped, or at once when it has already. */
    void whenStopped(Runnable task) {
        stopped.thenRunAsync(task, threads::executeUnlessClosed);
    }

    void beginStop() {
        if (stopping) {
            return; // paused before
        }
        stopping = true;
        subscriber.stop();
        worker.stop();
        threads.executeUnlessClosed(
                () -> {
                    subscriber.cancel();
                    worker.endWhenIdle(() -> subscriber.finish(this::end));
                });
    }

    /** Run by whoever comes last: the worker that ends its delivery, or the one that stops. */
    private void end() {
        if (ending.compareAndSet(false, true)) {
            subscriber.end();
            worker.releaseEndpoint();
            stopped.complete(null);
        }
    }

    /**
     * Waits for the end.
     *
     * @return false when the listener still runs at the deadline. The channel is closed then, so
     *     that the broker delivers elsewhere; also when only its cancel has not been answered yet
     */
    boolean awaitStop(Deadline deadline) {
        if (worker.isCurrentThread()) {
            return true; // stopped from inside the listener: it cannot wait for itself
        }
        try {
            stopped.get(deadline.nanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return giveUp();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a session never stops exceptionally", e);
        }
    }

    /** Returns false when a listener still runs. */
    private boolean giveUp() {
        if (worker.hasEnded()) {
            end(); // the application has not settled what it has
            return true;
        }
        subscriber.abandon();
        return !worker.isDelivering();
    }
}
