package io.leveret.ra.link;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets callers wait until something about a group's links is as they need it. Whoever changes a
 * link or its gate signals afterwards; checks read volatile state only. Thread-safe.
 */
final class LinkChanges {

    /** What is waited for. */
    interface Check {

        /**
         * Looks, without waiting.
         *
         * @return true: it has come; false: it will not come; null: wait for a change
         */
        Boolean now();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Something has changed; may be on the I/O thread. */
    void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits.
     *
     * @return what the check said in the end; false when the deadline has passed
     */
    boolean await(Check check, Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Boolean answer;
            long left = deadline.nanos();
            while ((answer = check.now()) == null && left > 0) {
                left = Math.min(changed.awaitNanos(left), deadline.nanos());
            }
            return answer != null && answer;
        } finally {
            lock.unlock();
        }
    }
}
