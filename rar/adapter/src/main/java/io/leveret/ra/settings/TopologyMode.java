package io.leveret.ra.settings;

/**
 * What an activation does about the queue and the exchanges that it needs before it consumes, and a
 * connection factory before it publishes.
 */
public enum TopologyMode {
    /** Nothing: what is missing shows when it is used. */
    NONE,
    /** Looks whether they are there; changes nothing. */
    PASSIVE,
    /** Declares them: makes what is missing, refuses what is different. Deletes nothing. */
    DECLARE
}
