package io.leveret.it.contract;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.spi.NamingManager;

/** A name service in memory; one for the whole JVM, as JNDI wants it. Notes who looks up what. */
final class FakeJndi {

    /** One call of {@code lookup}. */
    record Asked(String name, Thread thread, ClassLoader loader) {}

    private static final Map<String, Object> BOUND = new ConcurrentHashMap<>();
    private static final Map<String, CountDownLatch> HELD_UP = new ConcurrentHashMap<>();
    private static final List<Asked> ASKED = new CopyOnWriteArrayList<>();

    private FakeJndi() {}

    static synchronized void install() throws NamingException {
        if (!NamingManager.hasInitialContextFactoryBuilder()) {
            NamingManager.setInitialContextFactoryBuilder(
                    environment -> ignored -> new FakeContext());
        }
    }

    static void bind(String name, Object value) {
        BOUND.put(name, value);
    }

    /** Lets lookups of a name wait, at most 10 s. */
    static void holdUp(String name, CountDownLatch until) {
        HELD_UP.put(name, until);
    }

    /** Gives who asked for a name so far. */
    static List<Asked> asked(String name) {
        return ASKED.stream().filter(a -> a.name().equals(name)).toList();
    }

    private static final class FakeContext extends InitialContext {

        FakeContext() throws NamingException {
            super(true);
        }

        @Override
        public Object lookup(String name) throws NamingException {
            Thread thread = Thread.currentThread();
            ASKED.add(new Asked(name, thread, thread.getContextClassLoader()));
            awaitRelease(name);
            Object value = BOUND.get(name);
            if (value == null) {
                throw new NameNotFoundException(name + " is not bound");
            }
            return value;
        }

        private static void awaitRelease(String name) throws NamingException {
            CountDownLatch release = HELD_UP.get(name);
            try {
                if (release != null && !release.await(10, TimeUnit.SECONDS)) {
                    throw new NamingException(name + " was held up for too long");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new NamingException("interrupted");
            }
        }

        @Override
        protected Context getDefaultInitCtx() {
            return this;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
