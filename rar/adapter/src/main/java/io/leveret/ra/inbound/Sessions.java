package io.leveret.ra.inbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.retry.FailureKinds;
import io.leveret.ra.retry.Retries;
import io.leveret.ra.settings.AckMode;
import io.leveret.ra.settings.BrokerSettings;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * The sessions of one activation and its hold on the links that they consume over.
 *
 * <pre>{@code
 *         make             beginStop
 * NONE --------> RUNNING <----------> STOPPING --release--> NONE
 *                          goOn, then renew: each place gets a new session
 *                                as soon as its old one has stopped
 * }</pre>
 *
 * <p>A session never starts again once it has stopped, so going on makes a new one in its place,
 * and one whose listener hangs costs its own place only.
 *
 * <p>Failure cases: stopping again before all places have their new session (none is made any
 * more). Thread-safe; the monitor guards the fields only. It may be taken under the activation's
 * monitor, never the other way round.
 */
final class Sessions {

    private final Activation activation;
    private final Inbound room;
    private final MessageEndpointFactory endpoints;
    private final MqActivationSpec.Effective settings;
    private final ListenerType type;
    private final String beanName;
    private final List<Session> places = new ArrayList<>();
    private final Runnable onLinkUp = this::subscribeNow;
    private LinkGroup group;
    private Retries retries;
    private boolean running;

    Sessions(
            Activation activation,
            Inbound room,
            MessageEndpointFactory endpoints,
            MqActivationSpec.Effective settings,
            ListenerType type,
            String beanName) {
        this.activation = activation;
        this.room = room;
        this.endpoints = endpoints;
        this.settings = settings;
        this.type = type;
        this.beanName = beanName;
    }

    /** Makes all of them, which subscribe at once; does no I/O. To be called once. */
    synchronized void make(BrokerSettings broker) throws LinkUnavailableException {
        LinkKey key = new LinkKey(LinkKey.Purpose.CONSUME, broker, settings.link());
        LinkGroup links = room.links.acquire(key);
        retries =
                new Retries(
                        settings.inbound().destination(),
                        settings.inbound().retry(),
                        FailureKinds.of(settings.inbound().retry(), endpoints.getEndpointClass()),
                        settings.link().reconnect(),
                        room.outbound.publisher(broker, settings.link()),
                        room.threads,
                        new RetryVoice(activation.report(), links));
        group = links;
        running = true;
        for (int i = 1; i <= settings.inbound().maxSession(); i++) {
            places.add(session(i));
        }
        group.listen(onLinkUp);
        places.forEach(Session::subscribeNow);
    }

    private Session session(int number) {
        String tag = beanName + " (" + number + "/" + settings.inbound().maxSession() + ")";
        return new Session(activation, room, endpoints, settings, type, group, retries, tag);
    }

    synchronized boolean areMade() {
        return group != null;
    }

    /**
     * All of them consume: what failed messages need should be there too. Not any more, when a
     * delivery has ended the activation meanwhile.
     */
    void prepareRetries() {
        Retries now = retries();
        if (now != null && settings.inbound().ackMode() != AckMode.ON_RECEIPT_MAY_LOSE) {
            now.prepare();
        }
    }

    /** Gives what becomes of failed messages; null when there are no sessions. */
    synchronized Retries retries() {
        return group == null ? null : retries;
    }

    /** Gives the sessions as they are now, in order. */
    synchronized List<Session> all() {
        return List.copyOf(places);
    }

    /** Whether there are any, and each of them consumes. */
    synchronized boolean areConsuming() {
        return !places.isEmpty() && places.stream().allMatch(Session::isConsuming);
    }

    synchronized boolean areStopped() {
        return places.stream().allMatch(Session::isStopped);
    }

    /** Lets those subscribe that are not subscribed. */
    void subscribeNow() {
        all().forEach(Session::subscribeNow);
    }

    /**
     * Begins to stop all of them.
     *
     * @return those that stop now
     */
    synchronized List<Session> beginStop() {
        running = false;
        places.forEach(Session::beginStop);
        return List.copyOf(places);
    }

    /**
     * Allows sessions again after {@link #beginStop}.
     *
     * @return what {@link #renew} has to replace
     */
    synchronized List<Session> goOn() {
        running = true;
        return List.copyOf(places);
    }

    /** Gives each place a new session, as soon as the old one has stopped; does not wait. */
    void renew(List<Session> old) {
        for (int i = 0; i < old.size(); i++) {
            int index = i;
            Session each = old.get(i);
            each.whenStopped(() -> replace(index, each));
        }
    }

    /** Puts a new session in the place of one that has stopped, unless things have changed. */
    private void replace(int index, Session old) {
        Session fresh;
        synchronized (this) {
            if (!running || places.get(index) != old) {
                return;
            }
            fresh = session(index + 1);
            places.set(index, fresh);
        }
        fresh.subscribeNow();
    }

    /** Hears no more of the links; still holds them. */
    synchronized void unlisten() {
        if (group != null) {
            group.unlisten(onLinkUp);
        }
    }

    /**
     * Waits until all have stopped, at most until the deadline.
     *
     * @return how many have not, because their listener still runs
     */
    int awaitStop(Deadline deadline) {
        int stuck = 0;
        for (Session session : all()) {
            if (!session.awaitStop(deadline)) {
                stuck++;
            }
        }
        return stuck;
    }

    /** Lets go of the links, at the end. */
    void release() {
        LinkGroup held;
        synchronized (this) {
            held = group;
            group = null;
        }
        if (held != null) {
            retries.close();
            held.release();
        }
    }
}
