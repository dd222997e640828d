package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.Threads;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Tells applications how what they publish without waiting has ended, on worker threads: the I/O
 * thread that has the answer must not run their code.
 *
 * <pre>{@code
 * WAITING --answer----------------------------> ANSWERED --worker--> TOLD
 *    |                                              ^
 *    +--deadline over: UNKNOWN (a tick sees it)-----+
 * }</pre>
 *
 * <p>One worker tells all that are answered, and ends when there are none; a thread for each would
 * cost more than the publish. Where an application holds that worker up, the next tick starts
 * another one: an application that waits for one answer while it hears another must not wait for
 * itself. One timer ticks for all that wait, and only while some do.
 *
 * <p>Failure cases: one comes, or is answered, when all others have been told at the stop (it is
 * told by whoever brings it: an application that waits for it must not wait for ever).
 *
 * <p>Thread-safe.
 */
final class AsyncAnswers {

    private static final Duration TICK = Duration.ofMillis(100);

    private final Threads threads;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> answered = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean telling = new AtomicBoolean();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final AtomicLong told = new AtomicLong();
    private volatile long toldBefore = -1;
    private volatile boolean closed;

    AsyncAnswers(Threads threads) {
        this.threads = threads;
    }

    /** One that waits, and is told once. */
    private final class Waiting {

        private final Deadline deadline;
        private final PendingPublish pending;
        private final Consumer<Result> then;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile boolean over;
        private volatile Thread closing;

        /** Waits for a publish; or without one, until it is ended by others. */
        private Waiting(Deadline deadline, PendingPublish pending, Consumer<Result> then) {
            this.deadline = deadline;
            this.pending = pending;
            this.then = then;
        }

        private void end(Result result) {
            if (ended.compareAndSet(false, true)) {
                tell(() -> then.accept(result));
                isOver();
            }
        }

        private void endOtherwise() {
            ended.set(true);
            isOver();
        }

        private void isOver() {
            over = true;
            LockSupport.unpark(closing);
        }

        /** Returns whether it is over. An answer that is there is told by whoever brings it. */
        private boolean check() {
            boolean answered = pending != null && pending.isAnswered();
            if (!answered && !ended.get() && deadline.isOver()) {
                end(
                        pending == null
                                ? unknown("it was not confirmed before the deadline")
                                : pending.late());
            }
            return over;
        }

        /** The adapter stops. */
        private void stop() {
            Result known = pending == null ? null : pending.answer();
            String why = "the adapter has stopped before the answer";
            end(known != null ? known : pending == null ? unknown(why) : pending.giveUp(why, null));
        }

        /** Waits until it is over; so what is answered is among what is told. */
        private void awaitEnd(Deadline limit) {
            closing = Thread.currentThread();
            while (!over && !limit.isOver() && !closing.isInterrupted()) {
                LockSupport.parkNanos(this, limit.nanos());
            }
        }
    }

    /**
     * Waits for an answer, without a thread.
     *
     * @param then told once, on a worker thread; UNKNOWN when the deadline passes, or NOT_SENT
     *     where it is not written yet
     */
    void await(PendingPublish pending, Deadline deadline, Consumer<Result> then) {
        Waiting fresh = new Waiting(deadline, pending, then);
        add(fresh);
        pending.then(fresh::end);
        stopIfClosed(fresh);
    }

    /**
     * Lets a deadline run for something that is answered otherwise.
     *
     * @param answer done when it is answered
     * @param then told UNKNOWN when the deadline has passed before
     */
    void limit(Deadline deadline, CompletableFuture<?> answer, Consumer<Result> then) {
        Waiting fresh = new Waiting(deadline, null, then);
        add(fresh);
        answer.whenComplete((nothing, failure) -> fresh.endOtherwise());
        stopIfClosed(fresh);
    }

    /** Nobody looks for it any more, and no answer may come. */
    private void stopIfClosed(Waiting late) {
        if (closed) {
            late.stop();
        }
    }

    private static Result unknown(String why) {
        return Result.of(MqOutcome.UNKNOWN, why, null);
    }

    /**
     * Waits for what is not answered yet, and tells all the rest; to be called while there are
     * links.
     */
    void close(Deadline deadline) {
        waiting.forEach(each -> each.awaitEnd(deadline));
        closed = true; // first: who is not among those that wait finds it
        waiting.forEach(Waiting::stop);
        tellRest();
    }

    /**
     * Runs a task of an application's, soon, on a worker thread; at once when the adapter has
     * stopped, because there may be none.
     */
    void tell(Runnable task) {
        answered.add(task);
        if (closed) {
            tellRest();
        } else if (telling.compareAndSet(false, true)) {
            threads.executeUnlessClosed(this::tellAll);
        }
    }

    private void tellAll() {
        try {
            tellRest();
        } finally {
            telling.set(false);
        }
        if (!answered.isEmpty() && telling.compareAndSet(false, true)) {
            threads.executeUnlessClosed(this::tellAll);
        }
    }

    private void tellRest() {
        for (Runnable task = answered.poll(); task != null; task = answered.poll()) {
            task.run();
            told.incrementAndGet();
        }
    }

    private void add(Waiting fresh) {
        waiting.add(fresh);
        tickLater();
    }

    private void tickLater() {
        if (ticking.compareAndSet(false, true)) {
            threads.after(TICK, this::tick);
        }
    }

    private void tick() {
        ticking.set(false);
        waiting.removeIf(Waiting::check);
        long now = told.get();
        if (!answered.isEmpty() && now == toldBefore) {
            threads.executeUnlessClosed(this::tellRest);
        }
        toldBefore = now;
        if (!waiting.isEmpty() || !answered.isEmpty()) {
            tickLater();
        }
    }
}
