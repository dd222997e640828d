package io.leveret.cdi;

import io.leveret.MqConnectionFactory;
import io.leveret.MqEvent;
import io.leveret.MqEvents;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import javax.naming.NamingException;

/**
 * Brings the adapter's events to the observers of an application.
 *
 * <pre>{@code
 * NEW --open--> OPEN --close--> CLOSED
 *  +-------------close-----------^
 * }</pre>
 *
 * <p>Each event is fired once, also when several connection factories belong to one resource
 * adapter: those give the very same events. Asynchronous observers that are slow or stuck lose what
 * comes while {@link #MOST_UNDER_WAY} events wait for them, and the log tells how many.
 * Thread-safe; events come on threads of the adapter, one at a time from each resource adapter,
 * without any request context.
 */
final class EventBridge {

    private static final System.Logger LOG = System.getLogger("io.leveret.cdi");

    /** Events that asynchronous observers have not dealt with: as many as the adapter keeps. */
    static final int MOST_UNDER_WAY = 500;

    private final Semaphore room = new Semaphore(MOST_UNDER_WAY);
    private final AtomicLong lost = new AtomicLong();
    private final List<MqEvents.Registration> registrations = new ArrayList<>();
    private boolean opened;
    private boolean closed;

    /** Which kinds of observers there are. */
    record Observers(boolean synchronous, boolean asynchronous) {}

    /**
     * Listens to the resource adapters behind connection factories. A second call does nothing: a
     * server may start several modules of one application.
     *
     * @param factories JNDI names of each factory, the first one bound counts
     */
    synchronized void open(
            Collection<List<String>> factories, Observers observers, BeanManager manager) {
        if (opened || closed) {
            return;
        }
        opened = true;
        Set<MqEvents> known = Collections.newSetFromMap(new IdentityHashMap<>());
        for (List<String> names : factories) {
            try {
                MqConnectionFactory factory = FactoryLookup.find(names);
                MqEvents events = factory.events();
                if (known.add(events)) {
                    registrations.add(events.addListener(e -> fire(e, observers, manager)));
                }
            } catch (NamingException | IllegalStateException e) {
                // A component's own name, or a server that is just stopping: the rest works.
                LOG.log(
                        System.Logger.Level.WARNING,
                        "observers of MqEvent hear nothing of the connection factory {0}: {1}",
                        FactoryLookup.list(names),
                        e.getMessage());
            }
        }
    }

    private void fire(MqEvent event, Observers observers, BeanManager manager) {
        Event<MqEvent> channel = manager.getEvent().select(MqEvent.class);
        if (observers.asynchronous()) {
            fireAsync(event, channel);
        }
        if (observers.synchronous()) {
            channel.fire(event);
        }
    }

    private void fireAsync(MqEvent event, Event<MqEvent> channel) {
        if (!room.tryAcquire()) {
            lost.incrementAndGet();
            return;
        }
        tellLost();
        boolean fired = false;
        try {
            channel.fireAsync(event).whenComplete((done, e) -> ended(e));
            fired = true;
        } finally {
            if (!fired) {
                room.release();
            }
        }
    }

    private void tellLost() {
        long count = lost.getAndSet(0);
        if (count > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "asynchronous observers of MqEvent are slow: they have lost {0} event(s)",
                    count);
        }
    }

    private void ended(Throwable e) {
        room.release();
        failed(e);
    }

    private static void failed(Throwable e) {
        if (e != null) {
            LOG.log(System.Logger.Level.WARNING, "an observer of MqEvent failed", e);
        }
    }

    /** Ends it: the adapter lets go of the application. Closing twice does nothing. */
    synchronized void close() {
        closed = true;
        registrations.forEach(MqEvents.Registration::close);
        registrations.clear();
        tellLost();
    }
}
