package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.Threads;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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

    AsyncAnswers(Threads threads) {
        this.threads = threads;
    }

    /** One that waits, and is told once. */
    private final class Waiting {

        private final Deadline deadline;
        private final CompletableFuture<?> answer;
        private final Runnable overdue;
        private final Consumer<Result> then;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Waiting(
                Deadline deadline,
                CompletableFuture<?> answer,
                Runnable overdue,
                Consumer<Result> then) {
            this.deadline = deadline;
            this.answer = answer;
            this.overdue = overdue;
            this.then = then;
        }

        private void end(Result result) {
            if (ended.compareAndSet(false, true)) {
                tell(() -> then.accept(result));
            }
        }

        /** Returns whether there is nothing to wait for any more. */
        private boolean check() {
            if (answer.isDone()) {
                return true; // and whoever has it tells it
            }
            if (deadline.isOver()) {
                overdue.run();
                end(unknown("it was not confirmed before the deadline"));
            }
            return ended.get();
        }
    }

    /**
     * Waits for an answer, without a thread.
     *
     * @param then told once, on a worker thread; UNKNOWN when the deadline passes
     */
    void await(PendingPublish pending, Deadline deadline, Consumer<Result> then) {
        Waiting fresh = new Waiting(deadline, pending.answer(), pending::overdue, then);
        add(fresh);
        pending.answer().thenAccept(fresh::end);
    }

    /**
     * Lets a deadline run for something that is answered otherwise.
     *
     * @param answer done when it is answered
     * @param then told UNKNOWN when the deadline has passed before
     */
    void limit(Deadline deadline, CompletableFuture<?> answer, Consumer<Result> then) {
        add(new Waiting(deadline, answer, () -> {}, then));
    }

    private static Result unknown(String why) {
        return Result.of(MqOutcome.UNKNOWN, why, null);
    }

    /**
     * Waits for what is not answered yet, and tells all the rest; to be called while there are
     * links.
     */
    void close(Deadline deadline) {
        CompletableFuture<?>[] left =
                waiting.stream()
                        .map(each -> each.answer.handle((result, failure) -> null))
                        .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(left).get(deadline.nanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            assert deadline.isOver(); // which is the end of it
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting alone never fails", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        waiting.forEach(each -> each.end(unknown("the adapter has stopped before the answer")));
        tellRest();
    }

    /** Runs a task of an application's, soon, on a worker thread. */
    void tell(Runnable task) {
        answered.add(task);
        if (telling.compareAndSet(false, true)) {
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
