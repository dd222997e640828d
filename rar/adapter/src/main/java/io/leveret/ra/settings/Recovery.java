package io.leveret.ra.settings;

/** What happens when a connection cannot be had. */
public enum Recovery {
    /**
     * Attempts go on; when a limit ({@code reconnectAttempts}, {@code reconnectTimeLimit}) is used
     * up the connection is FAILED and probed slowly, and comes back by itself.
     */
    AUTOMATIC,
    /** Attempts go on up to the limit; a FAILED connection waits for the operator. */
    LIMITED,
    /** A lost connection is FAILED at once and waits for the operator. */
    MANUAL
}
