package io.leveret.it.container;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One transaction without resources: it has a status, synchronizations and resources by key.
 *
 * <pre>
 * ACTIVE ──▶ MARKED_ROLLBACK
 *   │ commit        │ commit, rollback, reaper
 *   ▼               ▼
 * PREPARING ──▶ ROLLING_BACK ──▶ ROLLEDBACK
 *   ▼
 * COMMITTING ──▶ COMMITTED
 * </pre>
 *
 * <p>Completion may come from a reaper thread while the application's thread still works in the
 * transaction; exactly one of them completes it.
 */
final class FakeTransaction {

    private final Violations violations;
    private final Map<Object, Object> resources = new HashMap<>();
    private final List<Synchronization> interposed = new ArrayList<>();
    private int status = Status.STATUS_ACTIVE;

    FakeTransaction(Violations violations) {
        this.violations = violations;
    }

    synchronized int status() {
        return status;
    }

    synchronized void setRollbackOnly() {
        if (status == Status.STATUS_ACTIVE || status == Status.STATUS_PREPARING) {
            status = Status.STATUS_MARKED_ROLLBACK;
        }
    }

    synchronized void put(Object key, Object value) {
        resources.put(key, value);
    }

    synchronized Object get(Object key) {
        return resources.get(key);
    }

    synchronized void register(Synchronization synchronization) {
        if (status != Status.STATUS_ACTIVE
                && status != Status.STATUS_MARKED_ROLLBACK
                && status != Status.STATUS_PREPARING) {
            throw new IllegalStateException("too late to register, status " + status);
        }
        interposed.add(synchronization);
    }

    /** Returns false when the transaction was rolled back instead. */
    boolean commit() {
        boolean prepared = false;
        synchronized (this) {
            if (status == Status.STATUS_ACTIVE) {
                status = Status.STATUS_PREPARING;
                prepared = true;
            }
        }
        if (prepared) {
            beforeCompletion();
        }
        synchronized (this) {
            if (status == Status.STATUS_PREPARING) {
                status = Status.STATUS_COMMITTING;
            }
        }
        if (status() != Status.STATUS_COMMITTING) {
            rollback();
            return false;
        }
        complete(Status.STATUS_COMMITTED);
        return true;
    }

    /** Does nothing when another thread completes the transaction. */
    void rollback() {
        synchronized (this) {
            if (status != Status.STATUS_ACTIVE && status != Status.STATUS_MARKED_ROLLBACK) {
                return;
            }
            status = Status.STATUS_ROLLING_BACK;
        }
        complete(Status.STATUS_ROLLEDBACK);
    }

    private void beforeCompletion() {
        // By index: a synchronization may register another one while it runs.
        for (int i = 0; i < registered() && status() == Status.STATUS_PREPARING; i++) {
            try {
                synchronization(i).beforeCompletion();
            } catch (RuntimeException e) {
                setRollbackOnly(); // what every transaction manager does, and no violation
            }
        }
    }

    private void complete(int end) {
        synchronized (this) {
            status = end;
        }
        for (int i = 0; i < registered(); i++) {
            try {
                synchronization(i).afterCompletion(end);
            } catch (RuntimeException e) {
                violations.add("afterCompletion threw " + e);
            }
        }
    }

    private synchronized int registered() {
        return interposed.size();
    }

    private synchronized Synchronization synchronization(int index) {
        return interposed.get(index);
    }
}
