package io.leveret.it.container;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the adapter did against the contract, in the order it was seen. Thread-safe. */
public final class Violations {

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    /** Writes one down, with the thread it happened on. */
    public void add(String what) {
        seen.add(what + " [on " + Thread.currentThread().getName() + "]");
    }

    /** Gives all of them, empty when the adapter kept the contract. */
    public List<String> list() {
        return List.copyOf(seen);
    }
}
