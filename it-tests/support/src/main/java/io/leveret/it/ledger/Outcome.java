package io.leveret.it.ledger;

/** How one publish attempt ended, as its caller was told. */
public enum Outcome {
    /** The broker took responsibility. */
    CONFIRMED,
    /** No queue took the message. */
    RETURNED,
    /** The broker refused responsibility; it may hold the message nevertheless. */
    NACKED,
    /** Nobody knows. */
    UNKNOWN,
    /** The message was never written to the broker. */
    NOT_SENT
}
