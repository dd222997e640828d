package io.leveret.it.container;

/** Habits of real servers' connection pools, each by itself allowed or at least a fact of life. */
public enum PoolQuirk {

    /** Payara and GlassFish: the listener removes itself while the event is being dispatched. */
    REMOVES_LISTENER_IN_ERROR,

    /** IronJacamar: destroys the connection inside the error event, on the thread that fired it. */
    DESTROYS_IN_ERROR,

    /** Liberty: notes the error and destroys the connection when it is touched next. */
    DESTROYS_LATER,

    /** Payara and others: calls cleanup once more after destroy. */
    CLEANS_AFTER_DESTROY,

    /** A flush and an error that meet: destroy is called twice. */
    DESTROYS_TWICE,

    /** Payara: moves a handle to another connection, then cleans and pools the first one. */
    ASSOCIATES_HANDLES,

    /** Sharing: a further handle of a connection that is in use instead of another connection. */
    SHARES_CONNECTIONS,

    /**
     * IronJacamar 3.0.13 to 3.0.19 (JBJCA-1536): holds a lock of the connection while it calls
     * match, getInvalidConnections, cleanup and destroy, and takes the same lock in the error
     * event.
     */
    HOLDS_LOCK,

    /** IronJacamar with validate-on-match: asks getInvalidConnections at every checkout. */
    VALIDATES_ON_MATCH,

    /** A pool that was configured without transactions, whatever the factory reports. */
    IGNORES_TRANSACTION_SUPPORT,

    /**
     * Not a server's habit but a detector: while the error event is dispatched, another thread
     * calls match, getInvalidConnections and getConnection, and must get through.
     */
    PROBES_LOCKS_IN_ERROR
}
