package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A publish that was written, or soon will be, and waits for the broker's answer.
 *
 * <pre>{@code
 * WRITTEN --ack--------------> CONFIRMED
 *    |  \--nack--------------> NACKED
 *    |  \--channel lost------> UNKNOWN
 *    |  \--one before it could not be written, so it was not either--> NOT_SENT
 *    |
 *    +--return--> GIVEN BACK --ack--> RETURNED
 *                      \--channel lost--> RETURNED (the broker has said so)
 * }</pre>
 *
 * <p>A caller that gives up waiting takes UNKNOWN away with it; the publish stays tracked until its
 * answer comes or its channel ends. Thread-safe.
 */
final class PendingPublish {

    final Outgoing publication;
    final long sequence;
    private final long written = System.nanoTime();
    private final ConfirmChannel channel;
    private final CompletableFuture<Result> result = new CompletableFuture<>();
    private volatile String returned;

    PendingPublish(Outgoing publication, long sequence, ConfirmChannel channel) {
        this.publication = publication;
        this.sequence = sequence;
        this.channel = channel;
    }

    boolean isReturned() {
        return returned != null;
    }

    void returned(String reply) {
        returned = reply;
    }

    void acknowledged() {
        result.complete(
                returned == null
                        ? Result.CONFIRMED
                        : Result.of(
                                MqOutcome.RETURNED, "the broker returned it: " + returned, null));
    }

    void end(MqOutcome outcome, String reason, Throwable cause) {
        result.complete(
                returned == null
                        ? Result.of(outcome, reason, cause)
                        : Result.of(
                                MqOutcome.RETURNED, "the broker returned it: " + returned, null));
    }

    /** Nobody waits for the answer any more. */
    void overdue() {
        channel.overdue(written);
    }

    /** Gives the answer, when there is one; it is given on the I/O thread. */
    CompletableFuture<Result> answer() {
        return result;
    }

    boolean isAnswered() {
        return result.isDone();
    }

    /**
     * Has the answer told, without a wait.
     *
     * @param limit after what time the answer is UNKNOWN
     * @param then told once, on a worker thread
     */
    void onAnswer(Duration limit, Threads threads, Consumer<Result> then) {
        CompletableFuture<Result> late = new CompletableFuture<>();
        Future<?> timer =
                threads.after(
                        limit,
                        () -> {
                            if (!result.isDone()) {
                                channel.overdue(written);
                            }
                            late.complete(
                                    Result.of(
                                            MqOutcome.UNKNOWN,
                                            "it was written, but not confirmed in time",
                                            null));
                        });
        result.thenRun(() -> timer.cancel(false));
        result.applyToEitherAsync(late, r -> r, threads::executeUnlessClosed).thenAccept(then);
    }

    /**
     * Waits for the answer.
     *
     * @return how it ended; UNKNOWN when the deadline passed or the caller was interrupted
     */
    Result await(Deadline deadline) {
        try {
            return result.get(deadline.nanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            channel.overdue(written);
            return Result.of(
                    MqOutcome.UNKNOWN,
                    "it was written, but not confirmed before the deadline",
                    null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.of(
                    MqOutcome.UNKNOWN, "it was written, but the caller was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a publish never ends exceptionally", e);
        }
    }
}
