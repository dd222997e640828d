package io.leveret.cdi;

import io.leveret.MqConnectionFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Looks connection factories up in JNDI. Stateless and thread-safe. */
final class FactoryLookup {

    private static final long RETRY_EVERY = TimeUnit.MILLISECONDS.toNanos(100);

    private FactoryLookup() {}

    /**
     * Looks up the first name that is bound.
     *
     * @param names JNDI names, at least one
     * @throws NotAFactoryException when it is bound to something else
     * @throws NamingException when none is bound; the message says why, for each name
     */
    static MqConnectionFactory find(List<String> names) throws NamingException {
        NamingException failure = null;
        StringBuilder reasons = new StringBuilder();
        for (String name : names) {
            try {
                return asFactory(name, lookup(name));
            } catch (NotAFactoryException e) {
                throw e;
            } catch (NamingException e) {
                failure = e;
                reasons.append(reasons.isEmpty() ? "" : "; ").append(name).append(": ").append(e);
            }
        }
        NamingException all = new NamingException(reasons.toString());
        all.initCause(failure);
        throw all;
    }

    /**
     * Looks up the first name that is bound, again and again until a time: a server starts the
     * resource adapter and the applications side by side, and who is first differs from boot to
     * boot.
     *
     * @param names JNDI names, at least one
     * @param deadline as {@link System#nanoTime()}
     * @throws NamingException as {@link #find}, when the time is up or the thread is interrupted
     */
    static MqConnectionFactory await(List<String> names, long deadline) throws NamingException {
        while (true) {
            try {
                return find(names);
            } catch (NotAFactoryException e) {
                throw e; // waiting does not turn it into one
            } catch (NamingException e) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                // Name servers tell nobody in a portable way when a name appears.
                LockSupport.parkNanos(Math.min(left, RETRY_EVERY));
            }
        }
    }

    private static Object lookup(String name) throws NamingException {
        InitialContext context = new InitialContext();
        try {
            return context.lookup(name);
        } finally {
            context.close();
        }
    }

    private static MqConnectionFactory asFactory(String name, Object found)
            throws NotAFactoryException {
        if (found instanceof MqConnectionFactory factory) {
            return factory;
        }
        if (found == null) {
            throw new NotAFactoryException(name + " is bound to null");
        }
        String type = MqConnectionFactory.class.getName();
        if (interfaces(found.getClass()).anyMatch(type::equals)) {
            throw new NotAFactoryException(
                    name
                            + " is a "
                            + type
                            + " of another class loader: leave leveret-api out of the application"
                            + " (scope provided), the resource adapter brings it");
        }
        throw new NotAFactoryException(
                name + " is a " + found.getClass().getName() + ", not a " + type);
    }

    private static Stream<String> interfaces(Class<?> type) {
        Stream<String> own =
                Stream.of(type.getInterfaces())
                        .flatMap(i -> Stream.concat(Stream.of(i.getName()), interfaces(i)));
        Class<?> parent = type.getSuperclass();
        return parent == null ? own : Stream.concat(own, interfaces(parent));
    }

    /** Names for a message. */
    static String list(List<String> names) {
        return names.stream().collect(Collectors.joining(" or "));
    }

    /** Something is bound there, but no connection factory that this application can use. */
    static final class NotAFactoryException extends NamingException {

        private static final long serialVersionUID = 1L;

        NotAFactoryException(String message) {
            super(message);
        }
    }
}
