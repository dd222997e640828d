package io.leveret.ra.inbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkRegistry;
import io.leveret.ra.link.Threads;
import io.leveret.ra.observe.Events;
import io.leveret.ra.observe.Mbeans;
import io.leveret.ra.outbound.Outbound;
import io.leveret.ra.tx.Transactions;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The activations of one resource adapter instance. A server may activate the same pair again after
 * deactivating it (suspend and resume), deactivate it twice, or in any order: pairs are told apart
 * by identity, and both calls can be repeated. Thread-safe.
 */
public final class Inbound {

    final LinkRegistry links;
    final Outbound outbound;
    final Threads threads;
    final Events events;
    final Mbeans mbeans;
    final Transactions transactions;
    final Duration drainTimeout;
    private final Map<Key, Activation> active = new HashMap<>();

    /** Equal only for the very same two objects. */
    private record Key(MessageEndpointFactory factory, MqActivationSpec spec) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && factory == that.factory && spec == that.spec;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(factory) * 31 + System.identityHashCode(spec);
        }
    }

    /**
     * Wires the room.
     *
     * @param links the physical connections
     * @param outbound publishes what has failed elsewhere
     * @param threads runs sessions
     * @param events hears of everything
     * @param mbeans shows the activations in JMX
     * @param transactions the thread's JTA transaction
     * @param drainTimeout how long stopping waits for running deliveries
     */
    public Inbound(
            LinkRegistry links,
            Outbound outbound,
            Threads threads,
            Events events,
            Mbeans mbeans,
            Transactions transactions,
            Duration drainTimeout) {
        this.links = links;
        this.outbound = outbound;
        this.threads = threads;
        this.events = events;
        this.mbeans = mbeans;
        this.transactions = transactions;
        this.drainTimeout = drainTimeout;
    }

    /**
     * Starts to feed an endpoint; does no I/O. A pair that is active already stays as it is.
     *
     * @param factory makes endpoints
     * @param spec how to feed them
     * @throws ResourceException when the configuration is wrong, or the adapter has stopped
     */
    public void activate(MessageEndpointFactory factory, MqActivationSpec spec)
            throws ResourceException {
        MqActivationSpec.Effective settings = spec.effective();
        ListenerType type =
                ListenerType.of(factory.getEndpointClass(), settings.inbound().ackMode());
        if (settings.inbound().stream() != null && type == ListenerType.DELIVERY) {
            throw new InvalidPropertyException(
                    "The activation configuration of "
                            + factory.getEndpointClass().getName()
                            + " is wrong: a stream contradicts MqDeliveryListener, because it takes"
                            + " nothing back; implement MqMessageListener");
        }
        Key key = new Key(factory, spec);
        Activation fresh;
        synchronized (active) {
            if (active.containsKey(key)) {
                return;
            }
            fresh = new Activation(this, factory, settings, type);
            active.put(key, fresh);
        }
        boolean started = false;
        try {
            fresh.start();
            started = true;
        } finally {
            if (!started) {
                synchronized (active) {
                    active.remove(key, fresh);
                }
            }
        }
    }

    /**
     * Stops to feed an endpoint: waits for running deliveries, at most the drain time. Does nothing
     * for a pair that is not active.
     *
     * @param factory as activated
     * @param spec as activated
     */
    public void deactivate(MessageEndpointFactory factory, MqActivationSpec spec) {
        Activation old;
        synchronized (active) {
            old = active.remove(new Key(factory, spec));
        }
        if (old != null) {
            old.beginStop();
            old.awaitStop(Deadline.in(drainTimeout));
        }
    }

    /**
     * Stops all activations, within one deadline.
     *
     * @param deadline when to be back
     */
    public void close(Deadline deadline) {
        List<Activation> all;
        synchronized (active) {
            all = new ArrayList<>(active.values());
            active.clear();
        }
        all.forEach(Activation::beginStop);
        all.forEach(a -> a.awaitStop(deadline));
    }
}
