package io.leveret.ra.outbound;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The time that an application holds a connection handle.
 *
 * <pre>{@code
 * OPEN --threshold over--> LATE (reported)
 *  |                        |
 *  |  closed                |  closed (reported: returned after all)
 *  +------------------------+--> ENDED
 *  |  taken back by destroy, cleanup or stop (reported: it was never closed)
 *  |  lost with its connection (the application is not to blame, and nothing leaks)
 * }</pre>
 *
 * <p>Every way into ENDED may come at any time and from any thread; the first one counts.
 * Thread-safe.
 */
final class Loan {

    private enum State {
        OPEN,
        LATE,
        ENDED
    }

    private final Leaks leaks;
    private final String factory;
    private final String handle;
    private final AllocationSite site;
    private final long began = System.nanoTime();
    private final long thresholdNanos;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    Loan(Leaks leaks, String factory, String handle, AllocationSite site, long thresholdNanos) {
        this.leaks = leaks;
        this.factory = factory;
        this.handle = handle;
        this.site = site;
        this.thresholdNanos = thresholdNanos;
    }

    String factory() {
        return factory;
    }

    /** Begins the sentence that is told of it. */
    String handle() {
        return handle;
    }

    AllocationSite site() {
        return site;
    }

    long ageMillis() {
        return (System.nanoTime() - began) / 1_000_000;
    }

    /** When it is to be reported, on the clock of {@link System#nanoTime}. */
    long dueNanos() {
        return began + thresholdNanos;
    }

    boolean isUnreported() {
        return state.get() == State.OPEN;
    }

    /** The threshold is over. */
    void late() {
        if (state.compareAndSet(State.OPEN, State.LATE)) {
            leaks.warn(this, "is open for " + ageMillis() + " ms and was not closed");
        }
    }

    /** The application has closed the handle. */
    void returned() {
        if (end() == State.LATE) {
            leaks.tell(this, "was returned after " + ageMillis() + " ms");
        }
    }

    /** The container or the adapter has ended the handle, the application has not. */
    void takenBack(String how) {
        if (end() != State.ENDED) {
            leaks.warn(this, "was never closed: " + how + " after " + ageMillis() + " ms");
        }
    }

    /** The connection was lost before the application could close its handle. */
    void lost() {
        end();
    }

    private State end() {
        State before = state.getAndSet(State.ENDED);
        if (before != State.ENDED) {
            leaks.forget(this);
        }
        return before;
    }
}
