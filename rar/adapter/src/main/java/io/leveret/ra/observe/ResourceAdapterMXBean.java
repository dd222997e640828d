package io.leveret.ra.observe;

import java.util.Date;

/**
 * One running resource adapter instance, as JMX shows it: {@code io.leveret:type=ResourceAdapter}.
 * Attributes are read from memory, without I/O, and hold no secrets.
 */
public interface ResourceAdapterMXBean {

    /**
     * Gives the name of the instance.
     *
     * @return as in events and in the names of its threads
     */
    String getName();

    /**
     * Gives the adapter's version.
     *
     * @return the version, or "unknown" when its archive does not say
     */
    String getVersion();

    /**
     * Gives when the instance was started.
     *
     * @return the time
     */
    Date getSince();

    /**
     * Gives how many links there are, in any state.
     *
     * @return the number
     */
    int getLinks();

    /**
     * Gives how many connection factories are in use.
     *
     * @return the number
     */
    int getConnectionFactories();

    /**
     * Gives how many message-driven beans are active.
     *
     * @return the number
     */
    int getActivations();

    /**
     * Gives how many threads of the instance are alive.
     *
     * @return the number
     */
    int getThreads();

    /**
     * Gives how many listeners of applications hear of events.
     *
     * @return the number
     */
    int getListeners();

    /**
     * Gives what happened last.
     *
     * @return up to 200 lines, oldest first: time, severity, name and what happened
     */
    String[] getLastEvents();
}
