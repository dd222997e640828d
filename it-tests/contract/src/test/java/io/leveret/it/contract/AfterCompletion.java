package io.leveret.it.contract;

import jakarta.transaction.Synchronization;

/** Does something when a transaction has ended, as one who has registered before the adapter. */
final class AfterCompletion implements Synchronization {

    /** What to do. */
    interface Step {
        void run() throws Exception;
    }

    private final Step step;

    AfterCompletion(Step step) {
        this.step = step;
    }

    @Override
    public void beforeCompletion() {
        // Not yet: the transaction must find all well.
    }

    @Override
    public void afterCompletion(int status) {
        try {
            step.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
