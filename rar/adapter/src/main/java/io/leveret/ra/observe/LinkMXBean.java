package io.leveret.ra.observe;

import java.util.Date;

/**
 * One physical connection, as JMX shows it: {@code io.leveret:type=Link}. Attributes are read from
 * memory, without I/O, and hold no secrets. The operations return at once; what they start shows in
 * the state.
 */
public interface LinkMXBean {

    /**
     * Gives the name.
     *
     * @return as in events, in the log and in the broker's list of connections
     */
    String getName();

    /**
     * Gives the state.
     *
     * @return such as {@code UP} or {@code BACKING_OFF}
     */
    String getState();

    /**
     * Gives since when it has been in this state.
     *
     * @return the time
     */
    Date getSince();

    /**
     * Gives the broker's address: the one it is connected to, else the one tried last.
     *
     * @return {@code host:port}, null before the first attempt
     */
    String getAddress();

    /**
     * Gives how often it has tried to connect since it was up last.
     *
     * @return 0 while it is up
     */
    int getAttempts();

    /**
     * Gives when it tries next.
     *
     * @return ms from now, 0 when it is due; -1 when no attempt is planned
     */
    long getNextAttemptMillis();

    /**
     * Gives why it is not up, or was not the last time.
     *
     * @return one line, null when there was no trouble yet
     */
    String getLastCause();

    /**
     * Gives how many channels are open on it.
     *
     * @return the number
     */
    int getChannels();

    /**
     * Gives how many publishes were written over it and wait for the broker's answer.
     *
     * @return the number, 0 for a link that consumes
     */
    int getInFlight();

    /**
     * Gives how often it came up again after it was lost.
     *
     * @return the number
     */
    long getReconnects();

    /**
     * Says whether the broker refuses publishes over it for now (memory or disk alarm).
     *
     * @return true while it is blocked
     */
    boolean isBlocked();

    /** Closes it; it stays closed until {@link #start}. Does nothing when it is stopped. */
    void stop();

    /** Connects again after {@link #stop}. Does nothing when it is not stopped. */
    void start();

    /**
     * Connects now: ends a back-off, and brings back a link that has given up. Does nothing in the
     * other states.
     */
    void resume();
}
