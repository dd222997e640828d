package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.Outcome;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * The ledgers of a stream: one for the way into the application, one for the way out of it. Nothing
 * is written while none is open.
 */
@ApplicationScoped
public class Ledgers {

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    private TransactionSynchronizationRegistry transactions;

    private volatile Pair open;

    private record Pair(LedgerLog in, LedgerLog out) {}

    /** Opens {@code in.ledger} and {@code out.ledger} in a folder. */
    synchronized void open(Path folder) {
        close();
        try {
            open =
                    new Pair(
                            LedgerLog.open(folder.resolve("in.ledger")),
                            LedgerLog.open(folder.resolve("out.ledger")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @PreDestroy
    synchronized void close() {
        Pair pair = open;
        open = null;
        if (pair == null) {
            return;
        }
        try {
            pair.in().close();
            pair.out().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A publish into the application begins. */
    void attempt(String id) {
        Pair pair = open;
        if (pair != null) {
            pair.in().attempt(id);
        }
    }

    /** A publish into the application has ended. */
    void outcome(String id, Attempt attempt) {
        Pair pair = open;
        if (pair != null) {
            pair.in().outcome(id, Outcome.valueOf(attempt.outcome()));
        }
    }

    /**
     * A listener was given a message. What the work came to is written when its transaction has
     * ended.
     */
    void received(MqMessage message, boolean forwards) {
        Pair pair = open;
        if (pair == null) {
            return;
        }
        String id = message.messageId();
        LedgerLog.Delivery delivery =
                pair.in().delivered(id, message.redelivered(), message.possibleDuplicate());
        if (forwards) {
            pair.out().attempt(id);
        }
        transactions.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        // only the end counts
                    }

                    @Override
                    public void afterCompletion(int status) {
                        boolean committed = status == Status.STATUS_COMMITTED;
                        pair.in().processed(delivery, committed);
                        if (forwards && committed) {
                            pair.out().committed(id);
                        } else if (forwards) {
                            pair.out().rolledBack(id);
                        }
                    }
                });
    }
}
