package io.leveret.ra.observe;

import java.util.Date;

/**
 * One connection factory, as JMX shows it: {@code io.leveret:type=ConnectionFactory}. It appears
 * when the factory is used first, and disappears when it has had no connections for {@code
 * linkIdleTimeout}; counters go on where they were when it appears again. Attributes are read from
 * memory, without I/O, and hold no secrets.
 *
 * <p>Each publish is counted once, with the outcome that its caller was told; one that takes part
 * in a transaction counts when it has ended for good after the commit.
 */
public interface ConnectionFactoryMXBean {

    /**
     * Gives the name: {@code connectionName} where it is set, else user and broker; numbered when
     * there are several.
     *
     * @return as in events
     */
    String getName();

    /**
     * Gives the state of the links of the configured user.
     *
     * @return {@code UNUSED} (there are none), {@code READY} (a publish can be written now) or
     *     {@code NOT_READY} (all are down or blocked)
     */
    String getState();

    /**
     * Gives why the state is {@code NOT_READY}.
     *
     * @return one line, else null
     */
    String getTrouble();

    /**
     * Gives since when the factory has been in use.
     *
     * @return the time of its first use
     */
    Date getSince();

    /**
     * Gives how many managed connections the server's pool holds.
     *
     * @return the number
     */
    long getConnectionsOpen();

    /**
     * Gives how many managed connections were created.
     *
     * @return the number
     */
    long getConnectionsCreated();

    /**
     * Gives how many managed connections were destroyed.
     *
     * @return the number
     */
    long getConnectionsDestroyed();

    /**
     * Gives how many publishes were written and wait for the broker's answer.
     *
     * @return the number
     */
    long getInFlight();

    /**
     * Gives how many publishes ended CONFIRMED.
     *
     * @return the number
     */
    long getConfirmed();

    /**
     * Gives how many publishes ended RETURNED.
     *
     * @return the number
     */
    long getReturned();

    /**
     * Gives how many publishes ended NACKED.
     *
     * @return the number
     */
    long getNacked();

    /**
     * Gives how many publishes ended UNKNOWN.
     *
     * @return the number
     */
    long getUnknown();

    /**
     * Gives how many publishes ended NOT_SENT.
     *
     * @return the number
     */
    long getNotSent();

    /**
     * Gives how often publishes were made again because of {@code publishRetries}. Each publish is
     * counted once all the same, with how it has ended over all its tries.
     *
     * @return the number
     */
    long getRepetitions();

    /**
     * Gives how many messages unconfirmed publishers have written; how they ended nobody knows.
     * Those that could not be written are counted by their outcome.
     *
     * @return the number
     */
    long getWrittenUnconfirmed();

    /**
     * Gives how many publishes were dropped because their transaction rolled back.
     *
     * @return the number
     */
    long getRolledBack();

    /**
     * Gives how many publishes of committed transactions go on in the background.
     *
     * @return the number
     */
    long getWaitingInBackground();
}
