package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One active message-driven bean: its sessions and what is told about them.
 *
 * <pre>{@code
 * WAITING --all sessions subscribed--> CONSUMING
 *    ^                                     |
 *    +------- a session lost its ----------+
 *             subscription
 *
 * any --beginStop--> STOPPING --all sessions drained, or the deadline passed--> STOPPED
 * }</pre>
 *
 * <p>Each session recovers by itself; this class only says once per change how they are.
 * Thread-safe.
 */
final class Activation {

    private final Inbound room;
    private final MessageEndpointFactory endpoints;
    private final MqActivationSpec.Effective settings;
    private final String name;
    private final List<Session> sessions = new ArrayList<>();
    private final Runnable onLinkUp = () -> sessionsNow().forEach(Session::subscribeNow);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private LinkGroup group;
    private int consuming;
    private String lastTrouble;

    Activation(
            Inbound room, MessageEndpointFactory endpoints, MqActivationSpec.Effective settings) {
        this.room = room;
        this.endpoints = endpoints;
        this.settings = settings;
        this.name = beanName(endpoints);
    }

    private static String beanName(MessageEndpointFactory endpoints) {
        Class<?> bean = endpoints.getEndpointClass();
        return bean != null ? bean.getSimpleName() : String.valueOf(endpoints.getActivationName());
    }

    synchronized void start() throws ResourceException {
        if (stopping.get()) {
            return;
        }
        try {
            LinkKey key = new LinkKey(LinkKey.Purpose.CONSUME, settings.broker(), settings.link());
            group = room.links.acquire(key);
        } catch (LinkUnavailableException e) {
            throw new ResourceAdapterInternalException(e.getMessage(), e);
        }
        int count = settings.inbound().maxSession();
        for (int i = 1; i <= count; i++) {
            String tag = name + " (" + i + "/" + count + ")";
            sessions.add(new Session(this, room, endpoints, settings, group, tag));
        }
        group.listen(onLinkUp);
        sessions.forEach(Session::subscribeNow);
    }

    private synchronized List<Session> sessionsNow() {
        return List.copyOf(sessions);
    }

    // --- what sessions report ---

    void subscribed() {
        synchronized (this) {
            consuming++;
            if (consuming < sessions.size()) {
                return;
            }
            lastTrouble = null;
        }
        room.events.info(
                MqEvent.Source.ACTIVATION,
                subject(),
                "consumes from queue '"
                        + settings.inbound().destination()
                        + "' with "
                        + settings.inbound().maxSession()
                        + " session(s)");
    }

    void unsubscribed(Throwable cause) {
        synchronized (this) {
            consuming--;
        }
        trouble("lost its subscription", cause);
    }

    /** A session goes to another connection; it has lost nothing. */
    synchronized void moves() {
        consuming--;
    }

    /** Says it once, until it changes or all is well again. */
    void trouble(String what, Throwable cause) {
        // The consumer tag of the session is left out: the others say the same.
        String text = what + Causes.text(cause).replaceAll("\\(\\d+/\\d+\\)", "");
        synchronized (this) {
            if (stopping.get() || text.equals(lastTrouble)) {
                return;
            }
            lastTrouble = text;
        }
        room.events.warning(MqEvent.Source.ACTIVATION, subject(), what, cause);
    }

    String subject() {
        return "activation " + name;
    }

    // --- stopping ---

    synchronized void beginStop() {
        if (stopping.compareAndSet(false, true) && group != null) {
            group.unlisten(onLinkUp);
            sessions.forEach(Session::beginStop);
        }
    }

    void awaitStop(Deadline deadline) {
        int stuck = 0;
        for (Session session : sessionsNow()) {
            if (!session.awaitStop(deadline)) {
                stuck++;
            }
        }
        if (stuck > 0) {
            room.events.alarm(
                    MqEvent.Source.ACTIVATION,
                    subject(),
                    "stopped with "
                            + stuck
                            + " session(s) STUCK in the listener; their messages come again"
                            + " elsewhere",
                    null);
        } else {
            room.events.info(MqEvent.Source.ACTIVATION, subject(), "has stopped");
        }
        LinkGroup held;
        synchronized (this) {
            held = group;
            group = null;
        }
        if (held != null) {
            held.release();
        }
    }
}
