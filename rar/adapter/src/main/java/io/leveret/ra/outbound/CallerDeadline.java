package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import java.time.Duration;

/**
 * Carries a publisher's deadline through the container's pool to {@code createManagedConnection},
 * which the container calls on the same thread and gives no time limit.
 */
final class CallerDeadline implements AutoCloseable {

    private static final ThreadLocal<Deadline> CURRENT = new ThreadLocal<>();

    CallerDeadline(Deadline deadline) {
        CURRENT.set(deadline);
    }

    /** The deadline of the publisher on this thread, at most the given time from now. */
    static Deadline current(Duration atMost) {
        Deadline deadline = CURRENT.get();
        return deadline == null ? Deadline.in(atMost) : deadline.atMost(atMost);
    }

    /** Whether it is a publisher who asks: he waits for lost links without a place in the pool. */
    static boolean isSet() {
        return CURRENT.get() != null;
    }

    @Override
    public void close() {
        CURRENT.remove();
    }
}
