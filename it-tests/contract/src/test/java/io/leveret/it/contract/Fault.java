package io.leveret.it.contract;

import io.leveret.it.ledger.LedgerLog;
import java.time.Duration;

/**
 * One way to break something, and how to mend it.
 *
 * @param name for the table
 * @param lasts how long it is kept up
 * @param prepare before anything is published
 * @param begin breaks it
 * @param end mends it
 * @param passable whether there is another way for publishers while it lasts
 */
record Fault(String name, Duration lasts, Step prepare, Step begin, End end, boolean passable) {

    /** Does something. */
    interface Step {
        /** Nothing. */
        Step NONE = () -> {};

        void run() throws Exception;
    }

    /** Ends a fault. */
    interface End {
        /**
         * Mends it.
         *
         * @return the moment from which on it can work again, microseconds since the epoch
         */
        long run() throws Exception;
    }

    /** A fault that lasts for a time. */
    static Fault of(String name, Duration lasts, Step begin, End end) {
        return new Fault(name, lasts, Step.NONE, begin, end, false);
    }

    /** A fault that is over as soon as it has happened. */
    static Fault moment(String name, Step begin) {
        return of(name, Duration.ZERO, begin, LedgerLog::now);
    }

    Fault prepared(Step step) {
        return new Fault(name, lasts, step, begin, end, passable);
    }

    Fault withAnotherWay() {
        return new Fault(name, lasts, prepare, begin, end, true);
    }

    /** An end that takes effect at some time while it runs. */
    static End by(Step step) {
        return () -> {
            long start = LedgerLog.now();
            step.run();
            return start;
        };
    }
}
