package io.leveret.ra.inbound;

import io.leveret.MqConnectionFactory;
import io.leveret.ra.link.Backoff;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.BrokerSource;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.Lookup;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Finds the broker set of an activation that names a connection factory.
 *
 * <pre>{@code
 * LOOKING_UP --a factory of ours, whose set agrees--> FOUND
 *   |     ^
 *   |     +--timer--+
 *   +--not there, not ours, or another set beside: said once per change--> WAITING
 *
 * any --stop--> STOPPED
 * }</pre>
 *
 * <p>Runs on worker threads only: a server may bind the name after it activates the bean, and asks
 * its own services for it meanwhile. Their context class loader is the adapter's, as a server's
 * name service wants it of a resource adapter. Whether a name will ever appear nobody can tell, so
 * it is tried until the activation stops. Thread-safe.
 */
final class BrokerLookup {

    private final Activation activation;
    private final Inbound room;
    private final Lookup lookup;
    private final Backoff backoff;
    private volatile boolean stopped;
    private Future<?> timer;
    private boolean atOnce;

    BrokerLookup(
            Activation activation, Inbound room, Lookup lookup, LinkSettings.Reconnect reconnect) {
        this.activation = activation;
        this.room = room;
        this.lookup = lookup;
        this.backoff = Backoff.withoutLimits(reconnect);
    }

    void start() {
        room.threads.executeUnlessClosed(this::attempt);
    }

    synchronized void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Does not wait for the next attempt. */
    synchronized void tryNow() {
        if (timer != null && timer.cancel(false)) {
            start();
        } else {
            // One is running, and may have asked already.
            atOnce = true;
        }
    }

    /** One at a time: each one is started by the end of the one before. */
    private void attempt() {
        if (stopped) {
            return;
        }
        try {
            BrokerSettings broker = source(find()).broker();
            if (lookup.beside() != null && !lookup.beside().equals(broker)) {
                throw new UnfitException(
                        "differs from the broker set on the activation itself; remove either");
            }
            activation.found(broker);
        } catch (UnfitException e) {
            Duration delay = backoff.next();
            activation.misconfigured(
                    "cannot take its broker from " + quoted(), e, backoff.attempt(), delay);
            again(delay);
        } catch (NamingException e) {
            missed("does not find " + quoted() + " yet", e);
        } catch (RuntimeException | LinkageError e) {
            missed("fails to look up " + quoted(), e);
        }
    }

    private void missed(String what, Throwable cause) {
        Duration delay = backoff.next();
        activation.trouble(what, cause, backoff.attempt(), delay);
        again(delay);
    }

    private synchronized void again(Duration delay) {
        if (stopped) {
            return;
        }
        timer = room.threads.after(atOnce ? Duration.ZERO : delay, this::attempt);
        atOnce = false;
    }

    private String quoted() {
        return "connection factory '" + lookup.name() + "'";
    }

    private Object find() throws NamingException {
        InitialContext context = new InitialContext();
        try {
            return context.lookup(lookup.name());
        } finally {
            context.close();
        }
    }

    private static BrokerSource source(Object found) throws UnfitException {
        if (found instanceof BrokerSource source) {
            return source;
        }
        if (found == null) {
            throw new UnfitException("null is bound there");
        }
        String type = MqConnectionFactory.class.getName();
        if (interfaces(found.getClass()).anyMatch(i -> i.getName().equals(type))) {
            throw new UnfitException(
                    "it belongs to another copy of this resource adapter; name one of this copy");
        }
        throw new UnfitException(
                "it is a " + found.getClass().getName() + ", no connection factory of Leveret");
    }

    private static Stream<Class<?>> interfaces(Class<?> type) {
        Stream<Class<?>> own =
                Stream.of(type.getInterfaces())
                        .flatMap(i -> Stream.concat(Stream.of(i), interfaces(i)));
        Class<?> parent = type.getSuperclass();
        return parent == null ? own : Stream.concat(own, interfaces(parent));
    }

    /** What was found cannot be used; somebody must change something. */
    private static final class UnfitException extends Exception {

        private static final long serialVersionUID = 1L;

        UnfitException(String message) {
            super(message);
        }
    }
}
