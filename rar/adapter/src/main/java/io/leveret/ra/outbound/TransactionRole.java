package io.leveret.ra.outbound;

import io.leveret.MqPublisherOptions;
import io.leveret.MqTransactionMode;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.TransactionSupport.TransactionSupportLevel;

/** What a connection factory's transaction mode means to its container and its publishers. */
final class TransactionRole {

    /** How the classes of GlassFish begin, and so those of Payara. */
    private static final String GLASSFISH = "com.sun.enterprise.";

    private TransactionRole() {}

    /** What the container is told. */
    static TransactionSupportLevel level(MqTransactionMode own) {
        return own == MqTransactionMode.LOCAL
                ? TransactionSupportLevel.LocalTransaction
                : TransactionSupportLevel.NoTransaction;
    }

    /** Whether the server cannot bear that the commit fails; see {@link LocalPublishes}. */
    static boolean publishesBeforeCompletion(ConnectionManager manager) {
        return manager.getClass().getName().startsWith(GLASSFISH);
    }

    /**
     * Insists that a publisher may have these options: LOCAL is the factory's to choose, the other
     * modes may be exchanged for each other.
     *
     * @throws IllegalArgumentException when it may not
     */
    static void check(MqPublisherOptions options, MqTransactionMode own) {
        MqTransactionMode asked = options.transactionMode();
        boolean local = own == MqTransactionMode.LOCAL;
        if (local && options.unconfirmed()) {
            throw new IllegalArgumentException(
                    "unconfirmed contradicts transactionMode=LOCAL of the connection factory, all of"
                            + " whose connections belong to transactions; use another one");
        }
        if (asked != null && local != (asked == MqTransactionMode.LOCAL)) {
            throw new IllegalArgumentException(
                    "transactionMode="
                            + asked
                            + " of a publisher contradicts transactionMode="
                            + own
                            + " of its connection factory: LOCAL is for all publishers of a factory"
                            + " or for none; use another connection factory");
        }
    }
}
