package io.leveret;

/**
 * What a publish means while a JTA transaction is active on the calling thread.
 *
 * <pre>{@code
 * @Inject
 * @MqTarget(routingKey = "audit", transactionMode = MqTransactionMode.NONE)
 * MqPublisher audit; // what it says is kept, also of work that is rolled back
 * }</pre>
 */
public enum MqTransactionMode {

    /**
     * The publish joins the transaction: {@code publish} only enlists the message and returns;
     * after the commit it is published and confirmed, on rollback it is dropped. Without an active
     * transaction it is published at once. The default.
     */
    AFTER_COMMIT,

    /**
     * The publish belongs to the transaction as a resource of its own: {@code publish} only enlists
     * the message; the commit publishes and confirms all of them, and what is not confirmed rolls
     * the transaction back. The container commits this resource before those with two phases, so
     * that messages may be seen before a database shows its rows, and a later failure of that
     * database does not take them back. A second resource with one phase, such as a DataSource
     * without XA, cannot take part in the same transaction. Chosen by the connection factory alone.
     */
    LOCAL,

    /** The transaction is ignored: the message is published and confirmed at once. */
    NONE
}
