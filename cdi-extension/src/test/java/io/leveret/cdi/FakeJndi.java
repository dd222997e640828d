package io.leveret.cdi;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.spi.NamingManager;

/** A name service in memory; one for the whole JVM, as JNDI wants it. */
final class FakeJndi {

    private static final Map<String, Object> BOUND = new ConcurrentHashMap<>();

    private FakeJndi() {}

    static void install() {
        BOUND.clear();
        if (!NamingManager.hasInitialContextFactoryBuilder()) {
            try {
                NamingManager.setInitialContextFactoryBuilder(
                        environment -> ignored -> new FakeContext());
            } catch (NamingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static void bind(String name, Object value) {
        BOUND.put(name, value);
    }

    private static final class FakeContext extends InitialContext {

        FakeContext() throws NamingException {
            super(true);
        }

        @Override
        public Object lookup(String name) throws NamingException {
            Object value = BOUND.get(name);
            if (value == null) {
                throw new NameNotFoundException(name + " not found");
            }
            return value;
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
