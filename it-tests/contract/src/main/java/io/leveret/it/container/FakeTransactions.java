package io.leveret.it.container;

import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A transaction manager with one transaction per thread, and a reaper for those that take long. */
public final class FakeTransactions implements AutoCloseable {

    private final ThreadLocal<FakeTransaction> current = new ThreadLocal<>();
    private final FakeRegistry registry = new FakeRegistry(this);
    private final Violations violations;
    private final ScheduledExecutorService reaper =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "fake-reaper");
                        thread.setDaemon(true);
                        return thread;
                    });

    /** Creates a manager that reports synchronizations that throw. */
    public FakeTransactions(Violations violations) {
        this.violations = violations;
    }

    /** Gives what a bootstrap context hands to resource adapters. */
    public TransactionSynchronizationRegistry registry() {
        return registry;
    }

    /** Starts a transaction on this thread. */
    public void begin() {
        if (current.get() != null) {
            throw new IllegalStateException("this thread has a transaction");
        }
        current.set(new FakeTransaction(violations));
    }

    /**
     * Starts a transaction that the reaper thread rolls back after a time, as transaction managers
     * do, whatever this thread is doing then.
     *
     * @return ends when the reaper has been there
     */
    public ScheduledFuture<?> begin(Duration timeout) {
        begin();
        FakeTransaction transaction = current.get();
        return reaper.schedule(transaction::rollback, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Commits and leaves the thread without a transaction. */
    public void commit() throws RollbackException {
        FakeTransaction transaction = required();
        try {
            if (!transaction.commit()) {
                throw new RollbackException("the transaction was rolled back");
            }
        } finally {
            current.remove();
        }
    }

    /** Rolls back and leaves the thread without a transaction. */
    public void rollback() {
        FakeTransaction transaction = required();
        try {
            transaction.rollback();
        } finally {
            current.remove();
        }
    }

    /** Lets the thread's transaction end in a rollback only. */
    public void setRollbackOnly() {
        required().setRollbackOnly();
    }

    /**
     * Gives the status of the thread's transaction, {@link Status#STATUS_NO_TRANSACTION} if none.
     */
    public int status() {
        FakeTransaction transaction = current.get();
        return transaction == null ? Status.STATUS_NO_TRANSACTION : transaction.status();
    }

    FakeTransaction current() {
        return current.get();
    }

    FakeTransaction required() {
        FakeTransaction transaction = current.get();
        if (transaction == null) {
            throw new IllegalStateException("this thread has no transaction");
        }
        return transaction;
    }

    @Override
    public void close() {
        reaper.shutdownNow();
    }
}
