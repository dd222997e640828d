package io.leveret.ra.inbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.Threads;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One session: one consumer on one channel that feeds one endpoint, one delivery at a time. Its
 * {@link Subscriber} keeps the consumer, its {@link Worker} does the deliveries; this class ends
 * them together.
 *
 * <pre>{@code
 * RUNNING --beginStop--> STOPPING: cancel, let the running delivery end
 *                           | the worker is idle, for ever
 *                           v
 *                        give the rest back, close the channel, release the endpoint --> STOPPED
 * }</pre>
 *
 * <p>Failure cases: stopped while subscribing, from inside the listener (no wait for itself), or
 * while the listener hangs (given up at the deadline).
 */
final class Session {

    private final Threads threads;
    private final Worker worker;
    private final Subscriber subscriber;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile boolean stopping;

    Session(
            Activation activation,
            Inbound room,
            MessageEndpointFactory endpoints,
            MqActivationSpec.Effective settings,
            LinkGroup group,
            String tag) {
        this.threads = room.threads;
        this.worker =
                new Worker(
                        activation, room, endpoints, settings.inbound().retryDelay(), this::next);
        this.subscriber = new Subscriber(activation, room, settings, group, tag, worker);
    }

    private Subscription next() {
        return subscriber.next();
    }

    /** Subscribes on a worker thread, unless it is subscribed or doing so already. */
    void subscribeNow() {
        subscriber.subscribeNow();
    }

    boolean isConsuming() {
        return subscriber.isConsuming();
    }

    /** Counts failed attempts to subscribe since it consumed last. */
    int attempts() {
        return subscriber.attempts();
    }

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
                    worker.endWhenIdle(this::end);
                });
    }

    /** Run by whoever comes last: the worker that ends its delivery, or the one that stops. */
    private void end() {
        subscriber.end();
        worker.releaseEndpoint();
        stopped.complete(null);
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
            subscriber.abandon();
            return !worker.isDelivering();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a session never stops exceptionally", e);
        }
    }
}
