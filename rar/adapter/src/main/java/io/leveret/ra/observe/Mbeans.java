package io.leveret.ra.observe;

import io.leveret.MqEvent;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * What one resource adapter instance shows in the platform's MBean server. Names are {@code
 * io.leveret:type=<type>,instance=<instance>,name="<name>"}.
 *
 * <p>Never throws into the adapter: a registration that the MBean server refuses is an event of
 * severity DETAIL, and everything works without it. Registering and unregistering take locks of the
 * MBean server; call them with no lock held, and not on I/O threads. Thread-safe.
 */
public final class Mbeans implements AutoCloseable {

    /** The type of {@link ResourceAdapterMXBean}. */
    public static final String RESOURCE_ADAPTER = "ResourceAdapter";

    /** The type of {@link LinkMXBean}. */
    public static final String LINK = "Link";

    /** The type of {@link ConnectionFactoryMXBean}. */
    public static final String CONNECTION_FACTORY = "ConnectionFactory";

    /** The type of {@link ActivationMXBean}. */
    public static final String ACTIVATION = "Activation";

    private static final String DOMAIN = "io.leveret";

    private final String instance;
    private final Events events;
    private final Map<ObjectName, Registration> registered = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Creates a registrar that has registered nothing.
     *
     * @param instance the resource adapter instance's name
     * @param events hears of refused registrations
     */
    public Mbeans(String instance, Events events) {
        this.instance = instance;
        this.events = events;
    }

    /** One registered MBean; closing it, or the registrar, removes it. */
    public interface Registration extends AutoCloseable {

        /**
         * Gives the name under which it is registered.
         *
         * @return the name asked for, numbered when it was taken
         */
        String name();

        /** Removes the MBean. Closing twice does nothing. */
        @Override
        void close();
    }

    /**
     * Registers an MBean; when the name is taken, as {@code name #2} and so on.
     *
     * @param type one of this class's constants
     * @param name which one
     * @param mxbean implements one interface whose name ends with {@code MXBean}
     * @return removes it; never null, also when the MBean server refused
     */
    public Registration register(String type, String name, Object mxbean) {
        String unique = name;
        for (int number = 2; ; number++) {
            Entry entry = new Entry(type, unique, objectName(type, unique));
            if (registered.putIfAbsent(entry.key, entry) == null && entry.register(mxbean)) {
                return entry;
            }
            unique = name + " #" + number;
        }
    }

    /**
     * Counts what is registered.
     *
     * @param type one of this class's constants
     * @return the number
     */
    public int count(String type) {
        int count = 0;
        for (ObjectName name : registered.keySet()) {
            count += type.equals(name.getKeyProperty("type")) ? 1 : 0;
        }
        return count;
    }

    /** Removes everything, and all that comes later at once. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        registered.values().forEach(Registration::close);
    }

    private ObjectName objectName(String type, String name) {
        String text =
                DOMAIN
                        + ":type="
                        + type
                        + ",instance="
                        + value(instance)
                        + ",name="
                        + ObjectName.quote(name);
        try {
            return new ObjectName(text);
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException("all values are quoted: " + text, e);
        }
    }

    /** Quotes only where it must, so that names stay easy to type. */
    private static String value(String text) {
        return text.matches("[\\w.-]+") ? text : ObjectName.quote(text);
    }

    private enum State {
        NEW,
        REGISTERED,
        REMOVED
    }

    /**
     *
     *
     * <pre>{@code
     * NEW --the server took it--> REGISTERED --close--> REMOVED
     *  +--closed meanwhile, or refused--------------------^
     * }</pre>
     */
    private final class Entry implements Registration {

        private final String type;
        private final String name;
        private final ObjectName key;
        private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

        Entry(String type, String name, ObjectName key) {
            this.type = type;
            this.name = name;
            this.key = key;
        }

        /** Returns false when somebody else has the name. */
        boolean register(Object mxbean) {
            try {
                server().registerMBean(mxbean, key);
            } catch (InstanceAlreadyExistsException e) {
                registered.remove(key, this);
                return false;
            } catch (JMException | RuntimeException | LinkageError e) {
                state.set(State.REMOVED);
                tell("could not register", e);
                return true;
            }
            if (!state.compareAndSet(State.NEW, State.REGISTERED)) {
                unregister();
            } else if (closed) {
                close();
            }
            return true;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void close() {
            registered.remove(key, this);
            if (state.getAndSet(State.REMOVED) == State.REGISTERED) {
                unregister();
            }
        }

        private void unregister() {
            try {
                server().unregisterMBean(key);
            } catch (JMException | RuntimeException | LinkageError e) {
                // An operator or a server that clears up may have been faster.
                tell("could not unregister", e);
            }
        }

        private void tell(String what, Throwable e) {
            events.detail(
                    MqEvent.Source.RESOURCE_ADAPTER,
                    instance,
                    what + " the MBean of " + type + " " + name,
                    e);
        }
    }

    private static MBeanServer server() {
        return ManagementFactory.getPlatformMBeanServer();
    }
}
