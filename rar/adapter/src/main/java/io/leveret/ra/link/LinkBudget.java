package io.leveret.ra.link;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many physical connections one resource adapter instance may have, over all brokers, users and
 * purposes. Thread-safe.
 */
final class LinkBudget {

    private final int most;
    private final AtomicInteger taken = new AtomicInteger();

    LinkBudget(int most) {
        this.most = most;
    }

    boolean take() {
        return taken.getAndUpdate(n -> n < most ? n + 1 : n) < most;
    }

    void giveBack(int count) {
        taken.addAndGet(-count);
    }

    int most() {
        return most;
    }
}
