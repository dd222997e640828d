package io.leveret.it.servers.receive;

import io.leveret.MqMessage;
import io.leveret.it.ledger.LedgerLog;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The ledgers of the listeners: a file {@code NAME.ledger} for each. */
@ApplicationScoped
public class Books {

    /** System property: the folder of the ledgers. */
    public static final String FOLDER = "it.ledgers";

    /** System property: for how many milliseconds each listener works on each message. */
    public static final String WORK_MILLIS = "it.work.millis";

    /**
     * Header: for how many milliseconds longer a listener works on this message. Only for its first
     * delivery: what was taken away from a listener that took too long goes through.
     */
    public static final String HOLD = "it-hold";

    private static final long WORK = Long.getLong(WORK_MILLIS);

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    private TransactionSynchronizationRegistry transactions;

    private final Map<String, LedgerLog> books = new ConcurrentHashMap<>();

    /** A delivery that was begun, and the ledger that it is in. */
    record Entry(LedgerLog book, LedgerLog.Delivery delivery) {

        /** The work is done: there is no transaction to wait for. */
        void done() {
            book.processed(delivery, true);
        }
    }

    /**
     * Notes that a delivery begins, and works on it. What is written as its mark is what the
     * application is told, not what the broker tells the adapter.
     */
    Entry begin(String name, MqMessage message) {
        LedgerLog book = books.computeIfAbsent(name, Books::open);
        Entry entry =
                new Entry(
                        book,
                        book.delivered(message.messageId(), message.possibleDuplicate(), false));
        Object hold = message.headers().get(HOLD);
        work(WORK + (hold == null || message.redelivered() ? 0 : Long.parseLong("" + hold)));
        return entry;
    }

    /** Notes, when the transaction has ended, how. */
    void followTransaction(Entry entry) {
        transactions.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        // only the end counts
                    }

                    @Override
                    public void afterCompletion(int status) {
                        entry.book().processed(entry.delivery(), status == Status.STATUS_COMMITTED);
                    }
                });
    }

    private static void work(long millis) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static LedgerLog open(String name) {
        try {
            return LedgerLog.open(Path.of(System.getProperty(FOLDER), name + ".ledger"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @PreDestroy
    void close() {
        for (LedgerLog book : books.values()) {
            try {
                book.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
