package io.leveret.it.servers.publish;

/** What is around a publish, and what the publish has to do with it. */
public enum Frame {
    /** No transaction. */
    PLAIN(6, Mode.OUTSIDE, true, false),
    /** A transaction that commits. */
    COMMIT(3, Mode.AFTER_COMMIT, true, false),
    /** A transaction that commits, with a row in PostgreSQL. */
    COMMIT_ROW(2, Mode.AFTER_COMMIT, true, true),
    /** A transaction that rolls back. */
    ROLLBACK(1, Mode.AFTER_COMMIT, false, false),
    /** A transaction that rolls back, with a row in PostgreSQL. */
    ROLLBACK_ROW(1, Mode.AFTER_COMMIT, false, true),
    /** A transaction that commits, and that the publish ignores. */
    NONE_COMMIT(2, Mode.NONE, true, false),
    /** A transaction that rolls back, with a row in PostgreSQL, and that the publish ignores. */
    NONE_ROLLBACK(1, Mode.NONE, false, true),
    /** A transaction that commits if the broker takes the message. */
    LOCAL_COMMIT(2, Mode.LOCAL, true, false),
    /** A transaction that commits if the broker takes the message, with a row in PostgreSQL. */
    LOCAL_COMMIT_ROW(1, Mode.LOCAL, true, true),
    /** A transaction that rolls back, and whose resource the connection is. */
    LOCAL_ROLLBACK(1, Mode.LOCAL, false, false);

    private final int weight;
    private final Mode mode;
    private final boolean commits;
    private final boolean row;

    private enum Mode {
        OUTSIDE,
        AFTER_COMMIT,
        NONE,
        LOCAL
    }

    Frame(int weight, Mode mode, boolean commits, boolean row) {
        this.weight = weight;
        this.mode = mode;
        this.commits = commits;
        this.row = row;
    }

    /** How often it comes, beside the others. */
    int weight() {
        return weight;
    }

    /** Whether there is a transaction. */
    boolean transaction() {
        return mode != Mode.OUTSIDE;
    }

    /** Whether the bean lets the transaction commit. */
    public boolean commits() {
        return commits;
    }

    /** Whether PostgreSQL takes part in the transaction. */
    public boolean row() {
        return row;
    }

    /** Whether the publish ignores the transaction. */
    boolean ignored() {
        return mode == Mode.NONE;
    }

    /** Whether the transaction commits only when the publish is confirmed. */
    public boolean local() {
        return mode == Mode.LOCAL;
    }

    /** Whether the publish belongs to the transaction. */
    public boolean joins() {
        return mode == Mode.AFTER_COMMIT || mode == Mode.LOCAL;
    }

    /** Whether there is a way to publish like that: a handle does what its factory says. */
    public boolean allows(Style style) {
        return !ignored() || style != Style.HANDLE;
    }
}
