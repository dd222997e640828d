package io.leveret.ra.observe;

import io.leveret.MqEvent;
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
        for (Consumer<Event> listener : listeners) {
            listener.accept(event);
        }
    }
}
