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

    /** The transaction is ignored: the message is published and confirmed at once. */
    NONE
}
