package io.leveret.ra.tx;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;

/**
 * The calling thread's JTA transaction, as far as the adapter sees it. Outside a server, where
 * there is no registry, there never is a transaction. Thread-safe.
 */
public final class Transactions {

    private final TransactionSynchronizationRegistry registry;

    /**
     * Wraps the server's registry.
     *
     * @param registry the registry, or null when there is none
     */
    public Transactions(TransactionSynchronizationRegistry registry) {
        this.registry = registry;
    }

    /**
     * Says whether the thread has a transaction, whatever its state.
     *
     * @return true when there is one
     */
    public boolean exists() {
        return registry != null && registry.getTransactionStatus() != Status.STATUS_NO_TRANSACTION;
    }

    /**
     * Says whether work can still join the thread's transaction.
     *
     * @return true while it is active and not marked for rollback
     */
    public boolean isActive() {
        return registry != null && registry.getTransactionStatus() == Status.STATUS_ACTIVE;
    }

    /** Marks the thread's transaction for rollback, if it has one that still runs. */
    public void markRollback() {
        if (registry == null) {
            return;
        }
        int status = registry.getTransactionStatus();
        if (status == Status.STATUS_ACTIVE || status == Status.STATUS_MARKED_ROLLBACK) {
            registry.setRollbackOnly();
        }
    }

    /**
     * Registers an observer of how the thread's active transaction ends.
     *
     * @return the observer
     */
    public CompletionStatus watch() {
        CompletionStatus watcher = new CompletionStatus();
        registry.registerInterposedSynchronization(watcher);
        return watcher;
    }

    /**
     * Makes a delivery known to the buffers of the thread's active transaction.
     *
     * @param context the delivery's context
     */
    public void join(DeliveryContext context) {
        registry.putResource(DeliveryContext.FLUSHES, context.flushes());
        registry.putResource(DeliveryContext.POSSIBLE_DUPLICATE, context.possibleDuplicate());
    }

    /**
     * Says whether the calling thread works for a delivery that may be a repetition.
     *
     * @return true when what it publishes should carry the possible-duplicate mark
     */
    public boolean isForPossibleDuplicate() {
        DeliveryContext own = exists() ? DeliveryContext.of(registry) : null;
        DeliveryContext context = own != null ? own : DeliveryContext.onThread();
        return context != null && context.possibleDuplicate();
    }

    /**
     * Lets something that is not about publishing hear how the thread's active transaction ends.
     *
     * @param key what it is found again by; needs equals and hashCode
     * @param synchronization what hears it
     * @throws IllegalStateException when it is too late
     */
    public void register(Object key, Synchronization synchronization) {
        registry.registerInterposedSynchronization(synchronization);
        registry.putResource(key, synchronization);
    }

    /**
     * Gives what was registered with the thread's active transaction.
     *
     * @param key as registered
     * @return what hears of its end, or null when there is none yet
     */
    public Synchronization synchronization(Object key) {
        return (Synchronization) registry.getResource(key);
    }

    /**
     * Gives the buffer that the thread's active transaction has for a key.
     *
     * @param key what the buffer is for; needs equals and hashCode
     * @param <P> what is published
     * @return the buffer, or null when there is none yet
     */
    @SuppressWarnings("unchecked") // the key is ours alone, and so is what lies under it
    public <P> AfterCommitBuffer<P> buffer(Object key) {
        return (AfterCommitBuffer<P>) registry.getResource(key);
    }

    /**
     * Gives the thread's active transaction a buffer for a key that has none yet.
     *
     * @param key what the buffer is for; needs equals and hashCode
     * @param flusher checks and publishes the buffer
     * @param <P> what is published
     * @return the buffer
     */
    public <P> AfterCommitBuffer<P> open(Object key, AfterCommitFlusher<P> flusher) {
        AfterCommitBuffer<P> fresh =
                new AfterCommitBuffer<>(
                        flusher, DeliveryContext.of(registry), DeliveryContext.onThread());
        registry.registerInterposedSynchronization(fresh);
        registry.putResource(key, fresh);
        return fresh;
    }
}
