package io.leveret.it.broker;

import io.leveret.it.broker.FaultProxy.Direction;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The faults that are switched on, shared by all connections of a proxy. Thread-safe. */
final class FaultSwitches {

    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PIECES_PER_SECOND = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Direction> stalled = EnumSet.noneOf(Direction.class);
    private final Map<Direction, Long> delays = new EnumMap<>(Direction.class);
    private final Map<Direction, Long> budgets = new EnumMap<>(Direction.class);
    private final Map<Direction, Integer> rates = new EnumMap<>(Direction.class);
    private boolean hole;
    private boolean released;

    void stall(Direction direction, boolean on) {
        change(() -> on ? stalled.add(direction) : stalled.remove(direction));
    }

    void delay(Direction direction, long nanos) {
        change(() -> delays.put(direction, nanos) == null);
    }

    void trickle(Direction direction, int bytesPerSecond) {
        change(() -> rates.put(direction, bytesPerSecond) == null);
    }

    void hole(boolean on) {
        change(() -> hole = on);
    }

    void cutAfter(Direction direction, long bytes) {
        change(() -> budgets.put(direction, bytes) == null);
    }

    /** Wakes everybody for good. */
    void release() {
        change(() -> released = true);
    }

    /** Wakes the waiters so that they look whether their connection is still open. */
    void wake() {
        change(() -> true);
    }

    private void change(BooleanSupplier change) {
        lock.lock();
        try {
            change.getAsBoolean();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when bytes of that direction may go on.
     *
     * @param open whether the connection is still worth waiting for
     */
    void await(Direction direction, BooleanSupplier open) throws InterruptedException {
        lock.lock();
        try {
            long start = System.nanoTime();
            while (!released && open.getAsBoolean()) {
                long left = delays.getOrDefault(direction, 0L) - (System.nanoTime() - start);
                if (hole || stalled.contains(direction)) {
                    changed.awaitNanos(LOOK_AGAIN_NANOS);
                } else if (left > 0) {
                    changed.awaitNanos(Math.min(left, LOOK_AGAIN_NANOS));
                } else {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns when the end of a connection may be told to its other side. */
    void awaitEnd(BooleanSupplier open) throws InterruptedException {
        lock.lock();
        try {
            while (hole && !released && open.getAsBoolean()) {
                changed.awaitNanos(LOOK_AGAIN_NANOS);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when the next piece of that direction may go on: all of it unless it trickles.
     *
     * @param bytes how many there are
     * @return how many may go now, at least 1
     */
    int awaitPiece(Direction direction, int bytes, BooleanSupplier open)
            throws InterruptedException {
        lock.lock();
        try {
            long start = System.nanoTime();
            while (!released && open.getAsBoolean()) {
                int rate = rates.getOrDefault(direction, 0);
                if (rate == 0) {
                    return bytes;
                }
                int piece = Math.min(bytes, Math.max(1, rate / PIECES_PER_SECOND));
                long due = start + piece * TimeUnit.SECONDS.toNanos(1) / rate;
                long left = due - System.nanoTime();
                if (left <= 0) {
                    return piece;
                }
                changed.awaitNanos(Math.min(left, LOOK_AGAIN_NANOS));
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** How many of {@code bytes} may pass; fewer mean that the connection is to be cut there. */
    int allowed(Direction direction, int bytes) {
        lock.lock();
        try {
            Long budget = budgets.get(direction);
            if (budget == null) {
                return bytes;
            }
            if (budget >= bytes) {
                budgets.put(direction, budget - bytes);
                return bytes;
            }
            budgets.remove(direction);
            return budget.intValue();
        } finally {
            lock.unlock();
        }
    }
}
