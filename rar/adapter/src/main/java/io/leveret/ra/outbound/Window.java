package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts what is on its way over one channel, and holds up who comes when that is too much.
 *
 * <p>Whoever finds room takes no lock. Who has waited comes before who has just arrived. Failure
 * cases: a waiter leaves without having entered (its turn goes to the next one); the channel ends
 * (all are let in, to find that out). Thread-safe.
 */
final class Window {

    private final int size;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition room = lock.newCondition();
    private volatile boolean open;

    /**
     * Starts with nothing on its way.
     *
     * @param size how much there may be
     */
    Window(int size) {
        this.size = size;
    }

    int count() {
        return count.get();
    }

    /** Waits until one more fits and counts it; false when the deadline has passed. */
    boolean enter(Deadline deadline) throws InterruptedException {
        return waiting.get() == 0 && tryEnter() || enterAfterOthers(deadline);
    }

    private boolean tryEnter() {
        int now = count.get();
        while (now < size || open) {
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
            now = count.get();
        }
        return false;
    }

    private boolean enterAfterOthers(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        boolean turn = waiting.getAndIncrement() == 0;
        try {
            boolean entered;
            long left = deadline.nanos();
            while (!(entered = turn && tryEnter()) && left > 0) {
                left = Math.min(room.awaitNanos(left), deadline.nanos());
                turn = true;
            }
            return entered;
        } finally {
            if (waiting.decrementAndGet() > 0 && (open || count.get() < size)) {
                room.signal(); // this one was signalled in vain, or there was room for several
            }
            lock.unlock();
        }
    }

    /** One of those that have entered is done; says whether it was the last one. */
    boolean leave() {
        boolean last = count.decrementAndGet() == 0;
        if (waiting.get() > 0) {
            lock.lock();
            try {
                room.signal();
            } finally {
                lock.unlock();
            }
        }
        return last;
    }

    /** From now on everybody may enter. */
    void open() {
        open = true;
        lock.lock();
        try {
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
