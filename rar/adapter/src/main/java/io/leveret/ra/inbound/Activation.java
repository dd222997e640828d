package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Mbeans;
import io.leveret.ra.settings.BrokerSettings;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
 * <p>Each session recovers by itself; this class only says once per change how they are. A paused
 * session is one that has stopped; going on makes a new one in its place as soon as it has, so that
 * a listener that hangs costs its own session only.
 *
 * <p>Failure cases: going on before the pause is complete, pausing again before the new sessions
 * are there, stopping at any time of that (no session is made any more), pausing from inside the
 * listener (nothing waits). Thread-safe; the monitor guards the fields only.
 */
final class Activation {

    enum State {
        LOOKING_UP,
        WAITING,
        CONSUMING,
        PAUSING,
        PAUSED,
        STOPPING,
        STOPPED
    }

    private final Inbound room;
    private final MessageEndpointFactory endpoints;
    private final MqActivationSpec.Effective settings;
    private final String beanName;
    private final List<Session> sessions = new ArrayList<>();
    private final Runnable onLinkUp = () -> sessions().forEach(Session::subscribeNow);
    private final DeliveryCounts counts = new DeliveryCounts();
    private volatile Mbeans.Registration shown;
    private volatile Instant since = Instant.now();
    private volatile State state = State.WAITING;
    private volatile String lastTrouble;
    private BrokerLookup lookup;
    private LinkGroup group;
    private String told;

    Activation(
            Inbound room, MessageEndpointFactory endpoints, MqActivationSpec.Effective settings) {
        this.room = room;
        this.endpoints = endpoints;
        this.settings = settings;
        this.beanName = beanName(endpoints);
    }

    private static String beanName(MessageEndpointFactory endpoints) {
        Class<?> bean = endpoints.getEndpointClass();
        return bean != null ? bean.getSimpleName() : String.valueOf(endpoints.getActivationName());
    }

    void start() throws ResourceException {
        shown =
                room.mbeans.register(
                        Mbeans.ACTIVATION, beanName, new ActivationStatus(this, settings));
        boolean started = false;
        try {
            started = startSessions();
        } finally {
            if (!started) {
                shown.close();
            }
        }
    }

    /** Returns false when it was stopped before it could start. */
    private synchronized boolean startSessions() throws ResourceException {
        if (isStopping()) {
            return false;
        }
        if (settings.lookup() != null) {
            lookUp();
            return true;
        }
        try {
            makeSessions(settings.broker());
        } catch (LinkUnavailableException e) {
            throw new ResourceAdapterInternalException(e.getMessage(), e);
        }
        return true;
    }

    /** Under the monitor. */
    private void lookUp() {
        enter(State.LOOKING_UP);
        lookup = new BrokerLookup(this, room, settings.lookup(), settings.link().reconnect());
        lookup.start();
    }

    /** Under the monitor. */
    private void makeSessions(BrokerSettings broker) throws LinkUnavailableException {
        LinkKey key = new LinkKey(LinkKey.Purpose.CONSUME, broker, settings.link());
        group = room.links.acquire(key);
        for (int i = 1; i <= settings.inbound().maxSession(); i++) {
            sessions.add(session(i));
        }
        group.listen(onLinkUp);
        sessions.forEach(Session::subscribeNow);
    }

    private Session session(int number) {
        String tag = beanName + " (" + number + "/" + settings.inbound().maxSession() + ")";
        return new Session(this, room, endpoints, settings, group, tag);
    }

    // --- what others ask ---

    /** Gives the sessions as they are now, in order. */
    synchronized List<Session> sessions() {
        return List.copyOf(sessions);
    }

    /** Gives the name, as in events and in JMX. */
    String name() {
        Mbeans.Registration registration = shown;
        return registration == null ? beanName : registration.name();
    }

    State state() {
        return state;
    }

    Instant since() {
        return since;
    }

    DeliveryCounts counts() {
        return counts;
    }

    String lastTrouble() {
        return lastTrouble;
    }

    // --- what the lookup reports ---

    void found(BrokerSettings broker) {
        synchronized (this) {
            if (state != State.LOOKING_UP) {
                return;
            }
            enter(State.WAITING);
            try {
                makeSessions(broker);
            } catch (LinkUnavailableException e) {
                // Only once the adapter has stopped, and this activation is about to.
                room.events.detail(
                        MqEvent.Source.ACTIVATION, name(), "found its broker too late", e);
                return;
            }
        }
        tell(MqEvent.Severity.DETAIL, State.WAITING, "has found its connection factory");
    }

    /** Says it once, like {@link #trouble}, to a person: waiting alone does not mend it. */
    void misconfigured(String what, Throwable cause, int attempt, Duration delay) {
        say(MqEvent.Severity.ALARM, what, cause, attempt, delay);
    }

    // --- what sessions report ---

    void subscribed() {
        synchronized (this) {
            boolean all = !sessions.isEmpty() && sessions.stream().allMatch(Session::isConsuming);
            if (state != State.WAITING || !all) {
                return;
            }
            enter(State.CONSUMING);
            told = null;
        }
        tell(
                MqEvent.Severity.INFO,
                State.CONSUMING,
                "consumes from queue '"
                        + settings.inbound().destination()
                        + "' with "
                        + settings.inbound().maxSession()
                        + " session(s)");
    }

    void unsubscribed(Throwable cause, int attempt, Duration delay) {
        synchronized (this) {
            if (state == State.CONSUMING) {
                enter(State.WAITING);
            }
        }
        trouble("lost its subscription", cause, attempt, delay);
        // It may have come back before this was told.
        subscribed();
    }

    /** A session goes to another connection; it has lost nothing. */
    synchronized void moves() {
        if (state == State.CONSUMING) {
            enter(State.WAITING);
        }
    }

    /** Says it once, until it changes or all is well again. */
    void trouble(String what, Throwable cause, int attempt, Duration delay) {
        say(MqEvent.Severity.WARNING, what, cause, attempt, delay);
    }

    private void say(
            MqEvent.Severity severity, String what, Throwable cause, int attempt, Duration delay) {
        String why = Causes.text(cause);
        // The consumer tag of the session is left out: the others say the same.
        String text = what + why.replaceAll("\\(\\d+/\\d+\\)", "");
        State now;
        synchronized (this) {
            now = state;
            if (!isRunning() || text.equals(told)) {
                return;
            }
            told = text;
            lastTrouble = what + ": " + why;
        }
        room.events.publish(
                event(severity, what).state(now).because(cause).attempt(attempt, delay));
    }

    private boolean isRunning() {
        return state == State.LOOKING_UP || state == State.WAITING || state == State.CONSUMING;
    }

    private void enter(State next) {
        state = next;
        since = Instant.now();
    }

    private void tell(MqEvent.Severity severity, State now, String what) {
        room.events.publish(event(severity, what).state(now));
    }

    private Event event(MqEvent.Severity severity, String what) {
        return Event.of(severity, MqEvent.Source.ACTIVATION, name(), what);
    }

    // --- pausing ---

    void pause() {
        List<Session> all;
        synchronized (this) {
            if (!isRunning()) {
                return;
            }
            enter(State.PAUSING);
            stopLookup();
            sessions.forEach(Session::beginStop);
            all = List.copyOf(sessions);
        }
        tell(MqEvent.Severity.INFO, State.PAUSING, "pauses, as an operator asked");
        all.forEach(session -> session.whenStopped(this::pausedIfDrained));
        if (all.isEmpty()) {
            pausedIfDrained();
        }
    }

    private void pausedIfDrained() {
        synchronized (this) {
            if (state != State.PAUSING || !sessions.stream().allMatch(Session::isStopped)) {
                return;
            }
            enter(State.PAUSED);
        }
        tell(MqEvent.Severity.INFO, State.PAUSED, "is paused");
    }

    void goOn() {
        List<Session> all;
        State now;
        synchronized (this) {
            if (state != State.PAUSING && state != State.PAUSED) {
                return;
            }
            told = null;
            if (group == null) {
                lookUp();
            } else {
                enter(State.WAITING);
            }
            now = state;
            all = List.copyOf(sessions);
        }
        tell(MqEvent.Severity.INFO, now, "goes on after a pause");
        for (int i = 0; i < all.size(); i++) {
            int index = i;
            Session old = all.get(i);
            old.whenStopped(() -> replace(index, old));
        }
    }

    /** Puts a new session in the place of one that has stopped, unless things have changed. */
    private void replace(int index, Session old) {
        Session fresh;
        synchronized (this) {
            if (state != State.WAITING || sessions.get(index) != old) {
                return;
            }
            fresh = session(index + 1);
            sessions.set(index, fresh);
        }
        fresh.subscribeNow();
    }

    void tryNow() {
        BrokerLookup running;
        synchronized (this) {
            running = state == State.LOOKING_UP ? lookup : null;
        }
        if (running != null) {
            running.tryNow();
        } else if (state == State.WAITING) {
            sessions().forEach(Session::subscribeNow);
        }
    }

    // --- stopping ---

    /** Under the monitor. */
    private void stopLookup() {
        if (lookup != null) {
            lookup.stop();
        }
    }

    private boolean isStopping() {
        return state == State.STOPPING || state == State.STOPPED;
    }

    void beginStop() {
        synchronized (this) {
            if (isStopping()) {
                return;
            }
            enter(State.STOPPING);
            stopLookup();
            if (group != null) {
                group.unlisten(onLinkUp);
            }
            sessions.forEach(Session::beginStop);
        }
        tell(MqEvent.Severity.DETAIL, State.STOPPING, "is stopping");
    }

    void awaitStop(Deadline deadline) {
        int stuck = 0;
        for (Session session : sessions()) {
            if (!session.awaitStop(deadline)) {
                stuck++;
            }
        }
        LinkGroup held;
        synchronized (this) {
            enter(State.STOPPED);
            held = group;
            group = null;
        }
        if (stuck > 0) {
            tell(
                    MqEvent.Severity.ALARM,
                    State.STOPPED,
                    "stopped with "
                            + stuck
                            + " session(s) STUCK in the listener; their messages come again"
                            + " elsewhere");
        } else {
            tell(MqEvent.Severity.INFO, State.STOPPED, "has stopped");
        }
        Mbeans.Registration registration = shown;
        if (registration != null) {
            registration.close();
        }
        if (held != null) {
            held.release();
        }
    }
}
