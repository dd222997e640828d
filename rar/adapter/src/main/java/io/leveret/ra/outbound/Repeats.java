package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.Future;

/**
 * Makes again what was published without waiting, after its pause, all of it on one worker that
 * exists only while something is due.
 *
 * <pre>{@code
 * IDLE --one is due (a timer)--> RUNNING --none is due any more--> IDLE
 *   |                               |
 *   +--close--> CLOSED <------------+   (what waits is given up)
 * }</pre>
 *
 * <p>What cannot be written now is tried again a little later, and what needs the same links is not
 * tried before; others go on. Only where an exchange has to be proven first does the worker wait
 * for the broker, at most until that publish's deadline.
 *
 * <p>Thread-safe; the lock is never held while something is published or told.
 */
final class Repeats {

    private static final Duration SLICE = Duration.ofMillis(100);
    private static final long LATER_NANOS = Duration.ofMillis(50).toNanos();
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    /** Something to be made again. */
    interface Repeat {

        /** Gives what tells apart what can be written from what cannot: the links. */
        Object links();

        /**
         * Publishes it, or ends it when that makes no sense any more.
         *
         * @param slice how long the others may be held up
         * @return false to be called again a little later
         */
        boolean run(Duration slice) throws InterruptedException;

        /** The adapter stops: it ends as it has ended last. */
        void giveUp();
    }

    private record Due(long nanos, Repeat repeat) {}

    private final Threads threads;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>((a, b) -> Long.signum(a.nanos() - b.nanos()));
    private Thread worker;
    private Future<?> timer;
    private long timerNanos;
    private boolean closed;

    Repeats(Threads threads) {
        this.threads = threads;
    }

    /** Makes one again after a pause. */
    void after(Duration pause, Repeat repeat) {
        addOrGiveUp(System.nanoTime() + pause.toNanos(), repeat);
    }

    private void addOrGiveUp(long nanos, Repeat repeat) {
        if (!add(nanos, repeat)) {
            repeat.giveUp();
        }
    }

    private synchronized boolean add(long nanos, Repeat repeat) {
        if (closed) {
            return false;
        }
        queue.add(new Due(nanos, repeat));
        schedule();
        return true;
    }

    /** With the lock held: has the worker begin when the first one is due. */
    private void schedule() {
        Due first = queue.peek();
        if (worker != null || first == null) {
            return; // the worker looks itself
        }
        if (timer != null) {
            if (first.nanos() - timerNanos >= 0) {
                return;
            }
            timer.cancel(false);
        }
        timerNanos = first.nanos();
        long left = Math.max(0, first.nanos() - System.nanoTime());
        timer = threads.after(Duration.ofNanos(left), this::run);
    }

    private void run() {
        synchronized (this) {
            if (worker != null || closed) {
                return;
            }
            timer = null;
            worker = Thread.currentThread();
        }
        try {
            List<Due> due = due();
            while (!due.isEmpty()) {
                run(due);
                due = due();
            }
        } finally {
            synchronized (this) {
                worker = null;
                schedule();
                notifyAll();
            }
        }
    }

    private synchronized List<Due> due() {
        List<Due> due = new ArrayList<>();
        long now = System.nanoTime();
        while (!queue.isEmpty() && queue.peek().nanos() - now <= 0) {
            due.add(queue.poll());
        }
        return due;
    }

    private void run(List<Due> due) {
        Set<Object> stuck = new HashSet<>();
        for (Due each : due) {
            Object links = each.repeat().links();
            if (!stuck.contains(links) && runs(each.repeat())) {
                continue;
            }
            stuck.add(links);
            addOrGiveUp(System.nanoTime() + LATER_NANOS, each.repeat());
        }
    }

    private static boolean runs(Repeat repeat) {
        try {
            return repeat.run(SLICE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // by close, which has all given up
            return false;
        }
    }

    /**
     * Gives up what waits, and waits for what is being made again.
     *
     * @param deadline when to be back, or a moment later
     */
    void close(Deadline deadline) {
        List<Due> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(queue);
            queue.clear();
        }
        left.forEach(each -> each.repeat().giveUp());
        awaitWorker(deadline);
        synchronized (this) {
            if (worker != null) {
                worker.interrupt();
            }
        }
        awaitWorker(Deadline.in(LAST_WORD));
    }

    private synchronized void awaitWorker(Deadline deadline) {
        try {
            while (worker != null && !deadline.isOver()) {
                wait(Math.max(1, deadline.millis()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
