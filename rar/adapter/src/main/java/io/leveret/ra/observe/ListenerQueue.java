package io.leveret.ra.observe;

import io.leveret.MqEvent;
import io.leveret.MqEventListener;
import io.leveret.MqEvents;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * One application's listener and the events that wait for it.
 *
 * <pre>{@code
 * IDLE --an event waits--> RUNNING (one task on a worker) --none is left--> IDLE
 *
 * any --close--> CLOSED (what waits is dropped)
 * }</pre>
 *
 * <p>Failure cases: the listener throws (told once, the next event comes all the same), blocks or
 * is slow (the oldest events make room, and their number is told before the next one), closes
 * itself from inside, or is closed while it runs; the workers are gone (nothing is delivered any
 * more). Thread-safe; whoever adds an event never waits for the listener.
 */
final class ListenerQueue implements MqEvents.Registration {

    static final int CAPACITY = 500;

    private final MqEventListener listener;
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final Executor workers;
    private final LongFunction<MqEvent> lossReport;
    private final Consumer<Throwable> onFirstFailure;
    private final Runnable onClose;

    private final Deque<MqEvent> waiting = new ArrayDeque<>();
    private long lost;
    private boolean running;
    private boolean closed;
    private boolean failed;

    /**
     * Creates a queue that calls with the context class loader of the creating thread.
     *
     * @param lossReport makes the event that tells how many were lost
     * @param onFirstFailure hears of the first exception of the listener
     * @param onClose forgets this queue
     */
    ListenerQueue(
            MqEventListener listener,
            Executor workers,
            LongFunction<MqEvent> lossReport,
            Consumer<Throwable> onFirstFailure,
            Consumer<ListenerQueue> onClose) {
        this.listener = listener;
        this.workers = workers;
        this.lossReport = lossReport;
        this.onFirstFailure = onFirstFailure;
        this.onClose = () -> onClose.accept(this);
    }

    /** Takes an event, to be delivered by {@link #deliver}. */
    synchronized void add(MqEvent event) {
        if (closed) {
            return;
        }
        if (waiting.size() == CAPACITY) {
            waiting.removeFirst();
            lost++;
        }
        waiting.addLast(event);
    }

    /** Sees to it that what waits is delivered; does not wait for that. */
    void deliver() {
        synchronized (this) {
            if (closed || running || waiting.isEmpty()) {
                return;
            }
            running = true;
        }
        boolean started = false;
        try {
            workers.execute(this::run);
            started = true;
        } catch (RejectedExecutionException e) {
            close(); // the adapter has stopped: nobody delivers any more
        } finally {
            if (!started) {
                ended();
            }
        }
    }

    private void run() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            for (MqEvent event = next(); event != null; event = next()) {
                call(event);
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private synchronized MqEvent next() {
        if (lost > 0 && !closed) {
            MqEvent report = lossReport.apply(lost);
            lost = 0;
            return report;
        }
        MqEvent next = waiting.pollFirst();
        if (next == null) {
            ended();
        }
        return next;
    }

    private synchronized void ended() {
        running = false;
        notifyAll();
    }

    private void call(MqEvent event) {
        try {
            listener.onEvent(event);
        } catch (Throwable e) {
            // An Error too: half undeployed applications throw them, and the adapter lives on.
            failed(e);
        }
    }

    private void failed(Throwable e) {
        synchronized (this) {
            if (failed || closed) {
                return; // told already, or no wonder
            }
            failed = true;
        }
        onFirstFailure.accept(e);
    }

    /** Waits until nothing is left to deliver, at most for the given time. */
    synchronized void awaitDelivered(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        while (!closed && (running || !waiting.isEmpty()) && left > 0) {
            wait(1 + left / 1_000_000);
            left = deadline - System.nanoTime();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
            notifyAll();
        }
        onClose.run();
    }
}
