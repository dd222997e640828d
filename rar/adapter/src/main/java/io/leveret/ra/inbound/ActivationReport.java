package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.observe.ActivationMXBean;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Mbeans;
import java.time.Duration;

/**
 * What is told of one activation: its events, all under the name that JMX shows it by, and its
 * MBean. A trouble is told once, until it changes or is over: the sessions have the same trouble
 * all together, and each of them at every attempt.
 *
 * <p>Thread-safe, except for {@link #isNews} and {@link #troubleOver}: those are called under the
 * activation's monitor, so that a trouble that is late is not taken for one of the time after.
 */
final class ActivationReport {

    private final Inbound room;
    private final String beanName;
    private volatile Mbeans.Registration shown;
    private volatile String lastTrouble;
    private String told;

    ActivationReport(Inbound room, String beanName) {
        this.room = room;
        this.beanName = beanName;
    }

    /** Gives the name, as in events and in JMX. */
    String name() {
        Mbeans.Registration registration = shown;
        return registration == null ? beanName : registration.name();
    }

    /** Shows the activation in JMX; to be called once, first of all. */
    void show(ActivationMXBean status) {
        shown = room.mbeans.register(Mbeans.ACTIVATION, beanName, status);
    }

    /** Hides it again; the name stays. */
    void hide() {
        Mbeans.Registration registration = shown;
        if (registration != null) {
            registration.close();
        }
    }

    /** Tells of a state that begins. */
    void tell(MqEvent.Severity severity, ActivationState now, String what) {
        room.events.publish(event(severity, what).state(now));
    }

    /** Tells of something that is only of interest when looking for a fault. */
    void detail(String what, Throwable cause) {
        room.events.detail(MqEvent.Source.ACTIVATION, name(), what, cause);
    }

    /** Tells of something that became worse, each time. */
    void warning(String what, Throwable cause) {
        room.events.warning(MqEvent.Source.ACTIVATION, name(), what, cause);
    }

    /** Tells of something that has no part in the state. */
    void say(MqEvent.Severity severity, String what, Throwable cause) {
        room.events.publish(event(severity, what).because(cause));
    }

    private Event event(MqEvent.Severity severity, String what) {
        return Event.of(severity, MqEvent.Source.ACTIVATION, name(), what);
    }

    // --- troubles ---

    /** Gives the last trouble that was told, also when it is over; null when there was none. */
    String lastTrouble() {
        return lastTrouble;
    }

    /**
     * Says whether a trouble is another one than the last, and remembers it.
     *
     * @param why the text of its cause
     */
    boolean isNews(String what, String why) {
        // The consumer tag of the session is left out: the others say the same.
        String text = what + why.replaceAll("\\(\\d+/\\d+\\)", "");
        if (text.equals(told)) {
            return false;
        }
        told = text;
        lastTrouble = what + ": " + why;
        return true;
    }

    /** Makes the next trouble news, whatever it is. */
    void troubleOver() {
        told = null;
    }

    /**
     * Tells of a trouble.
     *
     * @param attempt which attempt comes next
     * @param delay when it comes
     */
    void trouble(
            MqEvent.Severity severity,
            ActivationState now,
            String what,
            Throwable cause,
            int attempt,
            Duration delay) {
        room.events.publish(
                event(severity, what).state(now).because(cause).attempt(attempt, delay));
    }
}
