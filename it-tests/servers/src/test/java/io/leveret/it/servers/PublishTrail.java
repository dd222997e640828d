package io.leveret.it.servers;

import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.Outcome;

/** All that is known about one message of the run of publishing. One thread at a time. */
final class PublishTrail {

    private long begun;
    private Outcome outcome;
    private long outcomeTime;
    private int outcomes;
    private Boolean committed;
    private long ended;
    private int copies;
    private int marked;
    private int parked;
    private int parkedUnmarked;
    private boolean row;

    void add(LedgerEvent event) {
        if (event instanceof LedgerEvent.AttemptBegun e) {
            begun = e.time();
        } else if (event instanceof LedgerEvent.AttemptEnded e) {
            outcome = e.outcome();
            outcomeTime = e.time();
            outcomes++;
        } else if (event instanceof LedgerEvent.TransactionEnded e) {
            committed = e.committed();
            ended = e.time();
        } else {
            throw new IllegalArgumentException("not of a publish: " + event);
        }
    }

    /** A queue holds a copy. */
    void found(boolean withMark) {
        copies++;
        marked += withMark ? 1 : 0;
    }

    /** The parking queue holds a copy. */
    void parked(boolean withMark) {
        parked++;
        parkedUnmarked += withMark ? 0 : 1;
    }

    /** The database holds the row that was inserted with it. */
    void hasRow() {
        row = true;
    }

    boolean row() {
        return row;
    }

    /** When it was attempted, in microseconds since the epoch; 0 when nobody attempted it. */
    long begun() {
        return begun;
    }

    /** What the application was told; null when nothing. */
    Outcome outcome() {
        return outcome;
    }

    /** Whether it was told twice. */
    boolean contradictory() {
        return outcomes > 1;
    }

    /** Whether the transaction had not ended yet when the application was told the outcome. */
    boolean refused() {
        return outcome != null && (committed == null || outcomeTime < ended);
    }

    /** Whether its transaction has committed; null when the ledger does not know. */
    Boolean committed() {
        return committed;
    }

    /** When its transaction ended. */
    long ended() {
        return ended;
    }

    int copies() {
        return copies;
    }

    /** Copies with the possible-duplicate mark. */
    int marked() {
        return marked;
    }

    /** Copies in the parking queue. */
    int parked() {
        return parked;
    }

    /** Copies in the parking queue without the possible-duplicate mark. */
    int parkedUnmarked() {
        return parkedUnmarked;
    }
}
