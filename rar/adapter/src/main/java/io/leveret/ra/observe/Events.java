package io.leveret.ra.observe;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The stream of events of one resource adapter instance. Listeners run on the thread that publishes
 * and must not block. Thread-safe.
 */
public final class Events {

    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

    /** Creates a stream that the log listens to. */
    public Events() {
        listeners.add(new EventLog());
    }

    /**
     * Adds a listener.
     *
     * @param listener called for each event; must not block or throw
     */
    public void listen(Consumer<Event> listener) {
        listeners.add(listener);
    }

    /**
     * Tells of something that is only of interest when looking for a fault.
     *
     * @param subject what it happened to
     * @param what what happened
     * @param cause why, may be null
     */
    public void detail(String subject, String what, Throwable cause) {
        publish(new Event(Event.Severity.DETAIL, subject, what, cause));
    }

    /**
     * Tells of a change for the better, or an expected one.
     *
     * @param subject what it happened to
     * @param what what happened
     */
    public void info(String subject, String what) {
        publish(new Event(Event.Severity.INFO, subject, what, null));
    }

    /**
     * Tells of a change for the worse that the adapter deals with by itself.
     *
     * @param subject what it happened to
     * @param what what happened
     * @param cause why, may be null
     */
    public void warning(String subject, String what, Throwable cause) {
        publish(new Event(Event.Severity.WARNING, subject, what, cause));
    }

    /**
     * Tells of something that needs a person.
     *
     * @param subject what it happened to
     * @param what what happened
     * @param cause why, may be null
     */
    public void alarm(String subject, String what, Throwable cause) {
        publish(new Event(Event.Severity.ALARM, subject, what, cause));
    }

    private void publish(Event event) {
        for (Consumer<Event> listener : listeners) {
            listener.accept(event);
        }
    }
}
