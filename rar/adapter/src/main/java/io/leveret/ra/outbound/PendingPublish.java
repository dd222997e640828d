package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A publish that will be written soon, or was, and waits for the broker's answer.
 *
 * <pre>{@code
 * HANDED OVER --its channel ends, or who waits gives up--> NOT_SENT
 *    |
 *    v
 * WRITTEN --ack--------------> CONFIRMED
 *    |  \--nack--------------> NACKED
 *    |  \--channel lost------> UNKNOWN
 *    |
 *    +--return--> GIVEN BACK --ack--> RETURNED
 *                      \--channel lost--> RETURNED (the broker has said so)
 * }</pre>
 *
 * <p>One waits for the answer: a thread ({@link #await}), or somebody who is told ({@link #then}).
 * Who gives up waiting for one that is written takes UNKNOWN away; it stays tracked until its
 * answer comes or its channel ends. Thread-safe.
 */
final class PendingPublish {

    final Outgoing publication;

    /** Given and read by {@link ConfirmRing}, which publishes it to other threads. */
    long sequence;

    private final long handedOver = System.nanoTime();
    private final ConfirmChannel channel;

    /** Null, then the thread or the {@code Consumer} that waits, at last the {@link Result}. */
    private final AtomicReference<Object> state = new AtomicReference<>();

    private final AtomicReference<Step> step = new AtomicReference<>(Step.HANDED_OVER);
    private volatile String returned;

    private enum Step {
        HANDED_OVER,
        WRITTEN,
        GIVEN_UP
    }

    PendingPublish(Outgoing publication, ConfirmChannel channel) {
        this.publication = publication;
        this.channel = channel;
    }

    // --- on its way to the broker ---

    /** It will be written now; false when it must not be any more. */
    boolean beginWriting() {
        return step.compareAndSet(Step.HANDED_OVER, Step.WRITTEN);
    }

    /**
     * Nobody waits for it any more: it will not be written if it was not yet.
     *
     * @param cause why, may be null
     */
    Result giveUp(String why, Exception cause) {
        return step.compareAndSet(Step.HANDED_OVER, Step.GIVEN_UP)
                ? Result.of(MqOutcome.NOT_SENT, why + ", and nothing of it was written", cause)
                : Result.of(MqOutcome.UNKNOWN, why, cause);
    }

    /** The same, because its time is over; which the channel may be to blame for. */
    Result late() {
        Result result = giveUp("it was not confirmed before the deadline", null);
        if (result.outcome() == MqOutcome.UNKNOWN) {
            channel.overdue(handedOver);
        }
        return result;
    }

    // --- the answer, which comes on the I/O thread ---

    boolean isReturned() {
        return returned != null;
    }

    void returned(String reply) {
        returned = reply;
    }

    void acknowledged() {
        end(Result.CONFIRMED);
    }

    void end(MqOutcome outcome, String reason, Throwable cause) {
        end(Result.of(outcome, reason, cause));
    }

    @SuppressWarnings("unchecked")
    private void end(Result answer) {
        String reply = returned;
        Result result =
                reply == null
                        ? answer
                        : Result.of(MqOutcome.RETURNED, "the broker returned it: " + reply, null);
        Object before = state.get();
        while (!(before instanceof Result) && !state.compareAndSet(before, result)) {
            before = state.get();
        }
        if (before instanceof Thread waiter) {
            LockSupport.unpark(waiter);
        } else if (before instanceof Consumer<?> listener) {
            ((Consumer<Result>) listener).accept(result);
        }
    }

    // --- who waits for it ---

    /** Gives the answer; null while there is none. */
    Result answer() {
        return state.get() instanceof Result result ? result : null;
    }

    boolean isAnswered() {
        return answer() != null;
    }

    /**
     * Has the answer told: at once when it is there, else on the I/O thread, which the listener
     * must not hold up. Once, and by nobody who waits otherwise.
     */
    void then(Consumer<Result> listener) {
        if (!state.compareAndSet(null, listener)) {
            listener.accept(answer());
        }
    }

    /**
     * Waits for the answer.
     *
     * @return how it ended; when the deadline passed or the caller was interrupted, UNKNOWN, or
     *     NOT_SENT where it was not written yet
     */
    Result await(Deadline deadline) {
        Thread self = Thread.currentThread();
        if (state.compareAndSet(null, self)) {
            long left = deadline.nanos();
            while (!isAnswered() && left > 0 && !self.isInterrupted()) {
                LockSupport.parkNanos(this, left);
                left = deadline.nanos();
            }
            state.compareAndSet(self, null);
        }
        Result result = answer();
        if (result != null) {
            return result;
        }
        return self.isInterrupted() && !deadline.isOver()
                ? giveUp("the caller was interrupted before the answer", new InterruptedException())
                : late();
    }
}
