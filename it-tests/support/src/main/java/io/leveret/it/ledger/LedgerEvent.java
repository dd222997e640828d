package io.leveret.it.ledger;

/**
 * One line of a ledger. Times are microseconds since the epoch, so that lines of several processes
 * of one machine can be compared. Immutable.
 */
public sealed interface LedgerEvent {

    /** When it happened, in microseconds since the epoch. */
    long time();

    /** A producer is about to publish. */
    record AttemptBegun(long time, String id) implements LedgerEvent {}

    /** A publish attempt ended. */
    record AttemptEnded(long time, String id, Outcome outcome) implements LedgerEvent {}

    /** The transaction in which the message was published ended. */
    record TransactionEnded(long time, String id, boolean committed) implements LedgerEvent {}

    /**
     * A consumer was given a message.
     *
     * @param delivery names this delivery within all ledgers of a test
     * @param redelivered the broker's redelivered flag
     * @param possibleDuplicate whether the message carries the publisher's possible-duplicate mark
     */
    record DeliveryBegun(
            long time, String id, String delivery, boolean redelivered, boolean possibleDuplicate)
            implements LedgerEvent {}

    /** The work for a delivery took effect ({@code ok}) or was rolled back. */
    record DeliveryEnded(long time, String id, String delivery, boolean ok)
            implements LedgerEvent {}

    /** A fault that may explain duplicates begins. */
    record FaultBegun(long time, String name) implements LedgerEvent {}

    /** The fault that began last under this name is over. */
    record FaultEnded(long time, String name) implements LedgerEvent {}
}
