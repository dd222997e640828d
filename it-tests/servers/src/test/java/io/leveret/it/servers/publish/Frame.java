package io.leveret.it.servers.publish;

/** What is around a publish. */
public enum Frame {
    /** No transaction. */
    PLAIN(6, false, false, false, false),
    /** A transaction that commits. */
    COMMIT(3, true, true, false, false),
    /** A transaction that commits, with a row in PostgreSQL. */
    COMMIT_ROW(2, true, true, true, false),
    /** A transaction that rolls back. */
    ROLLBACK(1, true, false, false, false),
    /** A transaction that rolls back, with a row in PostgreSQL. */
    ROLLBACK_ROW(1, true, false, true, false),
    /** A transaction that commits, and that the publish ignores. */
    NONE_COMMIT(2, true, true, false, true),
    /** A transaction that rolls back, with a row in PostgreSQL, and that the publish ignores. */
    NONE_ROLLBACK(1, true, false, true, true);

    private final int weight;
    private final boolean transaction;
    private final boolean commits;
    private final boolean row;
    private final boolean ignored;

    Frame(int weight, boolean transaction, boolean commits, boolean row, boolean ignored) {
        this.weight = weight;
        this.transaction = transaction;
        this.commits = commits;
        this.row = row;
        this.ignored = ignored;
    }

    /** How often it comes, beside the others. */
    int weight() {
        return weight;
    }

    /** Whether there is a transaction. */
    boolean transaction() {
        return transaction;
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
        return ignored;
    }

    /** Whether the publish belongs to the transaction. */
    public boolean afterCommit() {
        return transaction && !ignored;
    }

    /** Whether there is a way to publish like that: a handle does what its factory says. */
    public boolean allows(Style style) {
        return !ignored || style != Style.HANDLE;
    }
}
