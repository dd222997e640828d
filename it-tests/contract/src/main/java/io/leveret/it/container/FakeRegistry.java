package io.leveret.it.container;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;

/** The calling thread's transaction as resource adapters see it. */
final class FakeRegistry implements TransactionSynchronizationRegistry {

    private final FakeTransactions transactions;

    FakeRegistry(FakeTransactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public Object getTransactionKey() {
        return transactions.current();
    }

    @Override
    public void putResource(Object key, Object value) {
        transactions.required().put(key, value);
    }

    @Override
    public Object getResource(Object key) {
        return transactions.required().get(key);
    }

    @Override
    public void registerInterposedSynchronization(Synchronization synchronization) {
        transactions.required().register(synchronization);
    }

    @Override
    public int getTransactionStatus() {
        return transactions.status();
    }

    @Override
    public void setRollbackOnly() {
        transactions.required().setRollbackOnly();
    }

    @Override
    public boolean getRollbackOnly() {
        int status = transactions.required().status();
        return status == Status.STATUS_MARKED_ROLLBACK || status == Status.STATUS_ROLLING_BACK;
    }
}
