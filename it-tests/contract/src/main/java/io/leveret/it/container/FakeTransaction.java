package io.leveret.it.container;

import jakarta.resource.ResourceException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One transaction: it has a status, synchronizations, resources by key, and at most one resource
 * with one phase, whose commit comes before everything else is committed and can still fail.
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
    private OnePhase last;
    private int status = Status.STATUS_ACTIVE;

    FakeTransaction(Violations violations) {
        this.violations = violations;
    }

    /** A resource with one phase. */
    interface OnePhase {

        /** Commits; what it throws rolls the transaction back. */
        void commit() throws ResourceException;

        void rollback() throws ResourceException;

        /** The transaction has ended. */
        void ended();
    }

    /** As transaction managers do, it refuses a second one. */
    synchronized void enlist(OnePhase resource) {
        if (last != null) {
            throw new IllegalStateException("there is a resource with one phase already");
        }
        last = resource;
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
            commitLast();
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
        OnePhase resource = lastResource();
        if (resource != null) {
            try {
                resource.rollback();
            } catch (ResourceException e) {
                violations.add("rollback threw " + e);
            }
        }
        complete(Status.STATUS_ROLLEDBACK);
    }

    private void commitLast() {
        OnePhase resource = lastResource();
        if (resource != null && status() == Status.STATUS_PREPARING) {
            try {
                resource.commit();
            } catch (ResourceException e) {
                setRollbackOnly(); // the only exception that containers turn into a rollback
            } catch (RuntimeException e) {
                violations.add("commit threw " + e);
                setRollbackOnly();
            }
        }
    }

    private synchronized OnePhase lastResource() {
        return last;
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
        OnePhase resource = lastResource();
        if (resource != null) {
            resource.ended();
        }
    }

    private synchronized int registered() {
        return interposed.size();
    }

    private synchronized Synchronization synchronization(int index) {
        return interposed.get(index);
    }
}
