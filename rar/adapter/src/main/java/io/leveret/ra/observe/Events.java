package io.leveret.ra.observe;

import io.leveret.MqEvent;
import io.leveret.MqEventListener;
import io.leveret.MqEvents;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The stream of events of one resource adapter instance. Each event is one line in the log, is kept
 * among the last ones, and goes to the listeners of applications, to all of them in the same order.
 *
 * <p>Publishing breaks nobody: it throws nothing, runs no application's code and waits for no
 * listener. Thread-safe; the lock guards the fields only.
 */
public final class Events implements MqEvents, AutoCloseable {

    static final int KEPT = 200;

    private final String instance;
    private final Executor workers;
    private final Consumer<Event> log;
    private final AtomicBoolean logFailed = new AtomicBoolean();
    private final List<ListenerQueue> listeners = new CopyOnWriteArrayList<>();

    private final Object order = new Object();
    private final Deque<Event> latest = new ArrayDeque<>();
    private boolean closed;

    /**
     * Creates a stream that the log listens to.
     *
     * @param instance the resource adapter instance's name
     * @param workers runs the listeners of applications, each on a thread of its own while it has
     *     something to do; has to reject what comes after its end, and never to drop it silently: a
     *     listener whose task is rejected is forgotten, for one that was dropped the end would wait
     */
    public Events(String instance, Executor workers) {
        this(instance, workers, new EventLog());
    }

    Events(String instance, Executor workers, Consumer<Event> log) {
        this.instance = instance;
        this.workers = workers;
        this.log = log;
    }

    /**
     * Tells of something that is only of interest when looking for a fault.
     *
     * @param source what kind of thing it happened to
     * @param name which one
     * @param what what happened
     * @param cause why, may be null
     */
    public void detail(MqEvent.Source source, String name, String what, Throwable cause) {
        publish(Event.of(MqEvent.Severity.DETAIL, source, name, what).because(cause));
    }

    /**
     * Tells of a change for the better, or an expected one.
     *
     * @param source what kind of thing it happened to
     * @param name which one
     * @param what what happened
     */
    public void info(MqEvent.Source source, String name, String what) {
        publish(Event.of(MqEvent.Severity.INFO, source, name, what));
    }

    /**
     * Tells of a change for the worse that the adapter deals with by itself.
     *
     * @param source what kind of thing it happened to
     * @param name which one
     * @param what what happened
     * @param cause why, may be null
     */
    public void warning(MqEvent.Source source, String name, String what, Throwable cause) {
        publish(Event.of(MqEvent.Severity.WARNING, source, name, what).because(cause));
    }

    /**
     * Tells of something that needs a person.
     *
     * @param source what kind of thing it happened to
     * @param name which one
     * @param what what happened
     * @param cause why, may be null
     */
    public void alarm(MqEvent.Source source, String name, String what, Throwable cause) {
        publish(Event.of(MqEvent.Severity.ALARM, source, name, what).because(cause));
    }

    /**
     * Tells of something.
     *
     * @param event what happened
     */
    public void publish(Event event) {
        spread(event);
        try {
            log.accept(event);
        } catch (RuntimeException | LinkageError e) {
            if (logFailed.compareAndSet(false, true)) {
                spread(about("cannot write to the log; further failures are not told", e));
            }
        }
    }

    private void spread(Event event) {
        Event kept = event.because(KeptCause.of(event.cause())).about(null);
        synchronized (order) {
            if (latest.size() == KEPT) {
                latest.removeFirst();
            }
            latest.addLast(kept);
            listeners.forEach(listener -> listener.add(event));
        }
        listeners.forEach(ListenerQueue::deliver);
    }

    private Event about(String what, Throwable cause) {
        return Event.of(MqEvent.Severity.WARNING, MqEvent.Source.RESOURCE_ADAPTER, instance, what)
                .because(cause);
    }

    @Override
    public Registration addListener(MqEventListener listener) {
        Objects.requireNonNull(listener, "listener");
        ListenerQueue queue =
                new ListenerQueue(
                        listener,
                        workers,
                        lost -> about("has lost " + lost + " event(s): a listener is slow", null),
                        e -> publish(about("has a listener that fails; told only once", e)),
                        listeners::remove);
        synchronized (order) {
            if (closed) {
                throw new IllegalStateException(instance + " has stopped");
            }
            listeners.add(queue);
        }
        return queue;
    }

    @Override
    public List<MqEvent> latest() {
        synchronized (order) {
            return List.copyOf(latest);
        }
    }

    /**
     * Renders what happened last.
     *
     * @return one line each, with time and severity, oldest first
     */
    public List<String> latestLines() {
        return latest().stream()
                .map(e -> e.time() + " " + e.severity() + " " + EventLog.line(e))
                .toList();
    }

    /**
     * Counts listeners of applications.
     *
     * @return the number
     */
    public int listeners() {
        return listeners.size();
    }

    /**
     * Lets go of all listeners, after what happened has been delivered to them. The log hears of
     * what comes later.
     *
     * @param limit how long a slow listener is waited for
     */
    public void close(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (ListenerQueue listener : listeners) {
                listener.awaitDelivered(deadline - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    /** Lets go of all listeners at once. Closing twice does nothing. */
    @Override
    public void close() {
        synchronized (order) {
            closed = true;
        }
        listeners.forEach(ListenerQueue::close);
    }
}
