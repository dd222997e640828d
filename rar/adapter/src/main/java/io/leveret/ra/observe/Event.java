package io.leveret.ra.observe;

import io.leveret.MqEvent;
import io.leveret.MqMessage;
import java.time.Duration;
import java.time.Instant;

/**
 * One thing that happened; see {@link MqEvent} for the components. Made by {@link #of} and the
 * methods that return a changed copy.
 */
public record Event(
        Instant time,
        Severity severity,
        Source source,
        String name,
        String state,
        String text,
        String address,
        Throwable cause,
        MqMessage message,
        int attempt,
        Duration nextDelay)
        implements MqEvent {

    /**
     * Something that happens now.
     *
     * @param severity how much it matters
     * @param source what kind of thing it happened to
     * @param name which one
     * @param text what happened, in one line, without the name
     * @return the event
     */
    public static Event of(Severity severity, Source source, String name, String text) {
        return new Event(
                Instant.now(), severity, source, name, null, text, null, null, null, 0, null);
    }

    /**
     * The same with the state that begins.
     *
     * @param value the state's name
     * @return a changed copy
     */
    public Event state(Enum<?> value) {
        return new Event(
                time,
                severity,
                source,
                name,
                value.name(),
                text,
                address,
                cause,
                message,
                attempt,
                nextDelay);
    }

    /**
     * The same with an address.
     *
     * @param value the broker's address
     * @return a changed copy
     */
    public Event at(Object value) {
        return new Event(
                time,
                severity,
                source,
                name,
                state,
                text,
                value.toString(),
                cause,
                message,
                attempt,
                nextDelay);
    }

    /**
     * The same with a cause.
     *
     * @param value why it happened, may be null
     * @return a changed copy
     */
    public Event because(Throwable value) {
        return new Event(
                time, severity, source, name, state, text, address, value, message, attempt,
                nextDelay);
    }

    /**
     * The same with a message.
     *
     * @param value the message in question, may be null
     * @return a changed copy
     */
    public Event about(MqMessage value) {
        return new Event(
                time, severity, source, name, state, text, address, cause, value, attempt,
                nextDelay);
    }

    /**
     * The same with what is tried next.
     *
     * @param number which attempt, from 1 on
     * @param delay when the next one is, or null
     * @return a changed copy
     */
    public Event attempt(int number, Duration delay) {
        return new Event(
                time, severity, source, name, state, text, address, cause, message, number, delay);
    }
}
