package io.leveret;

import java.time.Duration;
import java.time.Instant;

/**
 * Something that happened inside the adapter: a connection was lost, an activation consumes again,
 * a message could not be published after its commit. The same stream feeds the log, one line per
 * event, and JMX.
 *
 * <pre>{@code
 * void heard(@Observes MqEvent event) { // in any CDI bean
 *     if (event.severity() == MqEvent.Severity.ALARM) {
 *         page(event.name() + " " + event.text());
 *     }
 * }
 * }</pre>
 *
 * <p>Without CDI: {@link MqConnectionFactory#events()}. Immutable; carries no secrets.
 */
public interface MqEvent {

    /** How much an event matters. */
    enum Severity {
        /** Only of interest when looking for a fault. */
        DETAIL,
        /** A change for the better, or an expected one. */
        INFO,
        /** A change for the worse that the adapter deals with by itself. */
        WARNING,
        /** Something that needs a person: a message may be lost, or work has stopped. */
        ALARM
    }

    /** What kind of thing it happened to. */
    enum Source {
        /** The resource adapter itself. */
        RESOURCE_ADAPTER,
        /** A physical connection, or a group of them. */
        LINK,
        /** A connection factory and what is published through it. */
        CONNECTION_FACTORY,
        /** A message-driven bean's activation. */
        ACTIVATION
    }

    /**
     * Gives when it happened.
     *
     * @return the time
     */
    Instant time();

    /**
     * Gives how much it matters.
     *
     * @return the severity
     */
    Severity severity();

    /**
     * Gives what kind of thing it happened to.
     *
     * @return the kind
     */
    Source source();

    /**
     * Gives which one it happened to.
     *
     * @return its name, as in the log and in JMX
     */
    String name();

    /**
     * Gives the state that began with this event.
     *
     * @return the state's name, such as {@code UP} or {@code BACKING_OFF}; null when the event is
     *     no change of state
     */
    String state();

    /**
     * Gives what happened.
     *
     * @return one line, without the name
     */
    String text();

    /**
     * Gives the broker's address in question.
     *
     * @return {@code host:port}, or null
     */
    String address();

    /**
     * Gives why it happened.
     *
     * @return the cause, or null
     */
    Throwable cause();

    /**
     * Gives the message in question: one that a committed transaction can never publish. A listener
     * may do with it what the application wants, such as to write it into a table; it hears of it
     * while the adapter runs, but misses it where it is too slow, so that it is no replacement for
     * the connection factory's {@code parkingQueue}.
     *
     * @return the message, with the exchange and routing key that it was to go to; null when the
     *     event is about none, and on events of the past
     */
    MqMessage message();

    /**
     * Gives which attempt to connect it was, or which one comes next.
     *
     * @return from 1 on; 0 when the event is about no attempt
     */
    int attempt();

    /**
     * Gives when the next attempt is.
     *
     * @return the delay from {@link #time()} on, or null when none is planned
     */
    Duration nextDelay();
}
