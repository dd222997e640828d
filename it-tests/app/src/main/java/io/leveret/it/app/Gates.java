package io.leveret.it.app;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Points at which a bean waits until the test says that it may go on. */
@ApplicationScoped
public class Gates {

    private static final int LIMIT_SECONDS = 20;

    private final Map<String, Gate> gates = new ConcurrentHashMap<>();

    private record Gate(CountDownLatch reached, CountDownLatch open) {}

    void await(String name) {
        Gate gate = gate(name);
        gate.reached().countDown();
        awaitLatch(gate.open(), name);
    }

    /** Waits until somebody stands at the gate. */
    void awaitReached(String name) {
        awaitLatch(gate(name).reached(), name);
    }

    void open(String name) {
        gate(name).open().countDown();
    }

    private Gate gate(String name) {
        return gates.computeIfAbsent(
                name, k -> new Gate(new CountDownLatch(1), new CountDownLatch(1)));
    }

    private static void awaitLatch(CountDownLatch latch, String name) {
        try {
            if (!latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nothing happened at gate " + name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted at gate " + name, e);
        }
    }
}
