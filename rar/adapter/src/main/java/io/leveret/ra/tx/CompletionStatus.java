package io.leveret.ra.tx;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;

/**
 * Records how a transaction ended. Containers swallow failures of commits, so that this is the only
 * way to know. The end may be reported on another thread (a reaper after a time-out), so that it is
 * only recorded here. Thread-safe.
 */
public final class CompletionStatus implements Synchronization {

    private volatile int status = Status.STATUS_UNKNOWN;

    CompletionStatus() {}

    @Override
    public void beforeCompletion() {
        // Only the end matters.
    }

    @Override
    public void afterCompletion(int end) {
        status = end;
    }

    /**
     * Says whether the transaction has committed.
     *
     * @return false when it rolled back, has not ended, or ended in doubt
     */
    public boolean committed() {
        return status == Status.STATUS_COMMITTED;
    }
}
