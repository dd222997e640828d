package io.leveret.it.container;

/** Habits of real servers' message endpoints. */
public enum EndpointQuirk {

    /** A bean without container-managed transaction: isDeliveryTransacted says false. */
    NOT_TRANSACTED,

    /**
     * Payara: failures of beforeDelivery and afterDelivery are only logged; after a failed
     * beforeDelivery the listener call throws.
     */
    SWALLOWS_FAILURES
}
