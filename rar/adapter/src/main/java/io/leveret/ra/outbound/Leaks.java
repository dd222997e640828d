package io.leveret.ra.outbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.Threads;
import io.leveret.ra.observe.Event;
import io.leveret.ra.observe.Events;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reports connection handles that applications forget to close, with the place where they were
 * opened. Knows only the handles of factories that ask for it ({@code leakDetectionThreshold}); the
 * adapter's own are never among them.
 *
 * <pre>{@code
 * QUIET --first loan--> WATCHING --look, nothing left to report--> QUIET
 *                        |    ^
 *                        +----+ look, when the next loan is due
 *   any --close--> CLOSED (what is still open is reported)
 * }</pre>
 *
 * <p>One timer serves all handles: it is set to the moment when the first of them is due, and set
 * earlier only by a factory with a shorter threshold. Thread-safe; the monitor guards the timer
 * only and is never held while something is reported.
 */
final class Leaks {

    private final Threads threads;
    private final Events events;
    private final Set<Loan> loans = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();

    private Future<?> timer;
    private long timerNanos;
    private long looks;
    private boolean closed;

    Leaks(Threads threads, Events events) {
        this.threads = threads;
        this.events = events;
    }

    /**
     * Begins to watch a handle that the calling application has just opened.
     *
     * @param factory the name of the factory that it is of, as in JMX
     * @param threshold after what time it is reported
     */
    Loan lend(String factory, Duration threshold) {
        String handle = "lent connection handle " + numbers.incrementAndGet() + ", which ";
        Loan loan = new Loan(this, factory, handle, AllocationSite.here(), threshold.toNanos());
        loans.add(loan);
        lookAt(loan.dueNanos());
        return loan;
    }

    private synchronized void lookAt(long nanos) {
        if (closed || timer != null && nanos - timerNanos >= 0) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerNanos = nanos;
        long look = ++looks;
        Duration delay = Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
        timer = threads.after(delay, () -> look(look));
    }

    private void look(long number) {
        synchronized (this) {
            if (closed || number != looks) {
                return; // an earlier look was set meanwhile and goes on from there
            }
            timer = null;
        }
        for (Loan loan : loans) {
            if (!loan.isUnreported()) {
                continue;
            }
            if (loan.dueNanos() - System.nanoTime() <= 0) {
                loan.late();
            } else {
                lookAt(loan.dueNanos());
            }
        }
    }

    void forget(Loan loan) {
        loans.remove(loan);
    }

    void warn(Loan loan, String what) {
        events.warning(
                MqEvent.Source.CONNECTION_FACTORY,
                loan.factory(),
                loan.handle() + what,
                loan.site());
    }

    void tell(Loan loan, String what) {
        events.publish(
                Event.of(
                                MqEvent.Severity.INFO,
                                MqEvent.Source.CONNECTION_FACTORY,
                                loan.factory(),
                                loan.handle() + what)
                        .because(loan.site()));
    }

    /** Reports what is open now, and watches nothing more. */
    void close() {
        synchronized (this) {
            closed = true;
            if (timer != null) {
                timer.cancel(false);
            }
        }
        for (Loan loan : loans) {
            loan.takenBack("the adapter stopped");
        }
    }
}
