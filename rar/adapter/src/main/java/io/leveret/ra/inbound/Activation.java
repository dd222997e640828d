package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.retry.Retries;
import io.leveret.ra.settings.BrokerSettings;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * One active message-driven bean: its sessions and what is told about them.
 *
 * <pre>{@code
 *   LOOKING_UP --pause--> PAUSED --goOn--> LOOKING_UP      (only with connectionFactoryLookup)
 *    | connection factory found
 *    v       all sessions subscribed
 *   WAITING ------------------------> CONSUMING
 *    ^  ^ \                            /   |
 *    |  |  \---- a session lost its --/    |
 *    |  |          subscription            |
 *    |  |                                  |
 *    |  |           pause (an operator)    |
 *    |  +--goOn-- PAUSING <----------------+  (from WAITING too)
 *    |               | all sessions drained
 *    +----goOn---- PAUSED
 *
 * any --beginStop--> STOPPING --all sessions drained, or the deadline passed--> STOPPED
 * }</pre>
 *
 * <p>Each session recovers by itself; this class only says once per change how they are. To pause
 * is to stop all sessions, to go on is to have new ones in their places: see {@link Sessions}.
 *
 * <p>Failure cases: going on before the pause is complete, pausing again before the new sessions
 * are there, stopping at any time of that (no session is made any more), pausing from inside the
 * listener (nothing waits). Thread-safe; the monitor guards the fields only.
 */
final class Activation {

    private final Inbound room;
    private final MqActivationSpec.Effective settings;
    private final ActivationReport report;
    private final DeliveryCounts counts = new DeliveryCounts();
    private final PoisonWatch poison;
    private final TopologyWatch topology;
    private final StreamPosition stream;
    private final Sessions sessions;
    private volatile Instant since = Instant.now();
    private volatile ActivationState state = ActivationState.WAITING;
    private BrokerLookup lookup;

    Activation(
            Inbound room,
            MessageEndpointFactory endpoints,
            MqActivationSpec.Effective settings,
            ListenerType type) {
        this.room = room;
        this.settings = settings;
        String beanName = beanName(endpoints);
        this.report = new ActivationReport(room, beanName);
        this.poison = new PoisonWatch(report, settings.inbound().retry().pauseAfterFailures());
        this.stream =
                settings.inbound().stream() == null
                        ? null
                        : new StreamPosition(
                                settings.inbound().stream(), report, settings.link().rpcTimeout());
        this.topology = new TopologyWatch(this, room, settings.inbound());
        this.sessions = new Sessions(this, room, endpoints, settings, type, beanName);
    }

    private static String beanName(MessageEndpointFactory endpoints) {
        Class<?> bean = endpoints.getEndpointClass();
        return bean != null ? bean.getSimpleName() : String.valueOf(endpoints.getActivationName());
    }

    void start() throws ResourceException {
        report.show(new ActivationStatus(this, settings));
        boolean started = false;
        try {
            started = startSessions();
        } finally {
            if (!started) {
                report.hide();
            }
        }
        if (stream != null) {
            report.tell(
                    MqEvent.Severity.INFO,
                    state,
                    "consumes a stream: a failed message is tried again in its place, while all"
                            + " others wait (retryMode=IN_PLACE)");
        }
    }

    /** Returns false when it was stopped before it could start. */
    private synchronized boolean startSessions() throws ResourceException {
        if (state.isStopping()) {
            return false;
        }
        if (settings.lookup() != null) {
            lookUp();
            return true;
        }
        try {
            sessions.make(settings.broker());
        } catch (LinkUnavailableException e) {
            throw new ResourceAdapterInternalException(e.getMessage(), e);
        }
        return true;
    }

    /** Under the monitor. */
    private void lookUp() {
        enter(ActivationState.LOOKING_UP);
        lookup = new BrokerLookup(this, room, settings.lookup(), settings.link().reconnect());
        lookup.start();
    }

    // --- what others ask ---

    /** Gives the sessions as they are now, in order. */
    List<Session> sessions() {
        return sessions.all();
    }

    PoisonWatch poison() {
        return poison;
    }

    /** Gives what becomes of failed messages; null when nothing is connected to a broker. */
    Retries retries() {
        return sessions.retries();
    }

    ActivationReport report() {
        return report;
    }

    ActivationState state() {
        return state;
    }

    Instant since() {
        return since;
    }

    DeliveryCounts counts() {
        return counts;
    }

    /** Gives the position in its stream, null when it consumes a queue. */
    StreamPosition stream() {
        return stream;
    }

    TopologyWatch topology() {
        return topology;
    }

    // --- what the lookup reports ---

    void found(BrokerSettings broker) {
        synchronized (this) {
            if (state != ActivationState.LOOKING_UP) {
                return;
            }
            enter(ActivationState.WAITING);
            try {
                sessions.make(broker);
            } catch (LinkUnavailableException e) {
                // Only once the adapter has stopped, and this activation is about to.
                report.detail("found its broker too late", e);
                return;
            }
        }
        report.tell(
                MqEvent.Severity.DETAIL,
                ActivationState.WAITING,
                "has found its connection factory");
    }

    /** Says it once, like {@link #trouble}, to a person: waiting alone does not mend it. */
    void misconfigured(String what, Throwable cause, int attempt, Duration delay) {
        say(MqEvent.Severity.ALARM, what, cause, attempt, delay);
    }

    // --- what sessions report ---

    void subscribed() {
        synchronized (this) {
            if (state != ActivationState.WAITING || !sessions.areConsuming()) {
                return;
            }
            enter(ActivationState.CONSUMING);
            report.troubleOver();
        }
        report.tell(
                MqEvent.Severity.INFO,
                ActivationState.CONSUMING,
                "consumes from "
                        + settings.inbound().shownQueue()
                        + " with "
                        + settings.inbound().maxSession()
                        + " session(s)");
        sessions.prepareRetries();
    }

    void unsubscribed(String what, Throwable cause, int attempt, Duration delay) {
        synchronized (this) {
            if (state == ActivationState.CONSUMING) {
                enter(ActivationState.WAITING);
            }
        }
        trouble(what, cause, attempt, delay);
        // It may have come back before this was told.
        subscribed();
    }

    /** A session goes to another connection; it has lost nothing. */
    synchronized void moves() {
        if (state == ActivationState.CONSUMING) {
            enter(ActivationState.WAITING);
        }
    }

    /** Says it once, until it changes or all is well again. */
    void trouble(String what, Throwable cause, int attempt, Duration delay) {
        say(MqEvent.Severity.WARNING, what, cause, attempt, delay);
    }

    private void say(
            MqEvent.Severity severity, String what, Throwable cause, int attempt, Duration delay) {
        String why = Causes.text(cause); // asks the cause, so not under the monitor
        ActivationState now;
        synchronized (this) {
            now = state;
            if (!now.isRunning() || !report.isNews(what, why)) {
                return;
            }
        }
        report.trouble(severity, now, what, cause, attempt, delay);
    }

    private void enter(ActivationState next) {
        state = next;
        since = Instant.now();
    }

    // --- pausing ---

    void pause() {
        List<Session> draining;
        synchronized (this) {
            if (!state.isRunning()) {
                return;
            }
            enter(ActivationState.PAUSING);
            stopLookup();
            draining = sessions.beginStop();
        }
        report.tell(MqEvent.Severity.INFO, ActivationState.PAUSING, "pauses, as an operator asked");
        draining.forEach(session -> session.whenStopped(this::pausedIfDrained));
        if (draining.isEmpty()) {
            pausedIfDrained();
        }
    }

    private void pausedIfDrained() {
        synchronized (this) {
            if (state != ActivationState.PAUSING || !sessions.areStopped()) {
                return;
            }
            enter(ActivationState.PAUSED);
        }
        report.tell(MqEvent.Severity.INFO, ActivationState.PAUSED, "is paused");
    }

    void goOn() {
        List<Session> old;
        ActivationState now;
        synchronized (this) {
            if (state != ActivationState.PAUSING && state != ActivationState.PAUSED) {
                return;
            }
            report.troubleOver();
            if (sessions.areMade()) {
                enter(ActivationState.WAITING);
                old = sessions.goOn();
            } else {
                lookUp();
                old = List.of();
            }
            now = state;
        }
        report.tell(MqEvent.Severity.INFO, now, "goes on after a pause");
        sessions.renew(old);
    }

    void tryNow() {
        poison.tryNow();
        BrokerLookup running;
        synchronized (this) {
            running = state == ActivationState.LOOKING_UP ? lookup : null;
        }
        if (running != null) {
            running.tryNow();
        } else if (state == ActivationState.WAITING) {
            sessions.subscribeNow();
        }
    }

    // --- stopping ---

    /** Under the monitor. */
    private void stopLookup() {
        if (lookup != null) {
            lookup.stop();
        }
    }

    void beginStop() {
        synchronized (this) {
            if (state.isStopping()) {
                return;
            }
            enter(ActivationState.STOPPING);
            stopLookup();
            sessions.unlisten();
            sessions.beginStop();
        }
        report.tell(MqEvent.Severity.DETAIL, ActivationState.STOPPING, "is stopping");
    }

    void awaitStop(Deadline deadline) {
        int stuck = sessions.awaitStop(deadline);
        synchronized (this) {
            enter(ActivationState.STOPPED);
        }
        if (stuck > 0) {
            report.tell(
                    MqEvent.Severity.ALARM,
                    ActivationState.STOPPED,
                    "stopped with "
                            + stuck
                            + " session(s) STUCK in the listener; their messages come again"
                            + " elsewhere");
        } else {
            report.tell(MqEvent.Severity.INFO, ActivationState.STOPPED, "has stopped");
        }
        report.hide();
        sessions.release();
    }
}
