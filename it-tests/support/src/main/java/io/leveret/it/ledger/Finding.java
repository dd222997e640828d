package io.leveret.it.ledger;

/** What is wrong with a message. */
public enum Finding {
    /** Confirmed, but its work was never done and no queue holds it. */
    LOST("lost"),
    /** Still in a queue, its work not done. */
    STUCK("stuck"),
    /** Seen although it was reported as never sent, returned or rolled back, or never published. */
    PHANTOM("phantom"),
    /** The part of the phantoms whose transaction was rolled back. */
    ROLLED_BACK_BUT_SEEN("rolled back but seen"),
    /** Its transaction was committed, but there is no sign that it ever reached the broker. */
    COMMITTED_NEVER_PUBLISHED("committed, never published"),
    /** Its work was done more than once without a failure or a mark that would explain it. */
    DUPLICATE_UNEXPLAINED("duplicates unexplained"),
    /** Its work was done, and a queue still holds a copy. */
    DUPLICATE_PENDING("duplicates pending");

    private final String label;

    Finding(String label) {
        this.label = label;
    }

    /** How the report calls it. */
    String label() {
        return label;
    }
}
