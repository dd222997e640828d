package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts what is on its way over one channel, and holds up who comes when that is too much.
 *
 * <p>Whoever finds room takes no lock, unless others wait. Who is signalled comes before who has
 * just arrived, because the lock is fair. Failure cases: a waiter's time is over just when it is
 * signalled (it looks once more before it leaves, so that no place is lost); the channel ends (all
 * are let in, to find that out). Thread-safe.
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
        waiting.incrementAndGet();
        try {
            boolean entered;
            long left = deadline.nanos();
            while (!(entered = tryEnter()) && left > 0) {
                left = Math.min(room.awaitNanos(left), deadline.nanos());
            }
            return entered;
        } finally {
            waiting.decrementAndGet();
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
