package io.leveret.ra.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.link.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The window of a channel")
@Timeout(60)
final class WindowTest {

    private static final Deadline NOW = Deadline.in(Duration.ZERO);
    private static final int SIZE = 3;

    private final Window window = new Window(SIZE);
    private volatile Thread waiter;

    private void fill() throws InterruptedException {
        for (int i = 0; i < SIZE; i++) {
            assertTrue(window.enter(NOW));
        }
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(50));
    }

    private CompletableFuture<Boolean> waits() {
        CompletableFuture<Boolean> entered = new CompletableFuture<>();
        waiter =
                new Thread(
                        () -> {
                            try {
                                entered.complete(window.enter(soon()));
                            } catch (InterruptedException e) {
                                entered.completeExceptionally(e);
                            }
                        });
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return entered;
    }

    @Test
    @DisplayName("is full with as many as it holds, until one leaves")
    void bounded() throws Exception {
        fill();
        assertFalse(window.enter(NOW));
        assertEquals(SIZE, window.count());
        assertFalse(window.leave());
        assertTrue(window.enter(NOW));
        assertFalse(window.leave());
        assertFalse(window.leave());
        assertTrue(window.leave(), "the last one");
    }

    @Test
    @DisplayName("lets a waiter in when one leaves, before who has just come")
    void waits_for_room() throws Exception {
        fill();
        CompletableFuture<Boolean> first = waits();
        CompletableFuture<Boolean> second = waits();
        window.leave();
        assertTrue(first.get(20, TimeUnit.SECONDS));
        assertFalse(second.isDone());
        window.leave();
        assertTrue(second.get(20, TimeUnit.SECONDS));
        assertEquals(SIZE, window.count());
    }

    @Test
    @DisplayName("keeps the place that has become free for who waits")
    void keepsTheTurn() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            fill();
            CompletableFuture<Boolean> first = waits();
            window.leave();
            assertFalse(window.enter(NOW), "in round " + i);
            assertTrue(first.get(20, TimeUnit.SECONDS));
            for (int j = 0; j < SIZE; j++) {
                window.leave();
            }
        }
    }

    @Test
    @DisplayName("lets several in when there is room for several")
    void roomForSeveral() throws Exception {
        fill();
        List<CompletableFuture<Boolean>> all = List.of(waits(), waits(), waits());
        window.leave();
        window.leave();
        window.leave();
        for (CompletableFuture<Boolean> each : all) {
            assertTrue(each.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    @DisplayName("lets all in when its channel ends")
    void opens() throws Exception {
        fill();
        List<CompletableFuture<Boolean>> all = List.of(waits(), waits());
        window.open();
        for (CompletableFuture<Boolean> each : all) {
            assertTrue(each.get(20, TimeUnit.SECONDS));
        }
        assertEquals(SIZE + 2, window.count());
        assertTrue(window.enter(NOW));
    }

    @Test
    @DisplayName("does not lose the turn of a waiter that is interrupted")
    void interrupted() throws Exception {
        fill();
        CompletableFuture<Boolean> first = waits();
        Thread interrupted = waiter;
        CompletableFuture<Boolean> second = waits();
        interrupted.interrupt();
        assertThrows(ExecutionException.class, () -> first.get(20, TimeUnit.SECONDS));
        assertFalse(second.isDone());
        window.leave();
        assertTrue(second.get(20, TimeUnit.SECONDS));
    }

    @Test
    @DisplayName("never holds more than it may, and forgets nobody, however many come and go")
    void many() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            all.add(done);
            new Thread(
                            () -> {
                                try {
                                    for (int j = 0; j < 5_000; j++) {
                                        assertTrue(window.enter(soon()));
                                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                        inside.decrementAndGet();
                                        window.leave();
                                    }
                                    done.complete(null);
                                } catch (InterruptedException | AssertionError e) {
                                    done.completeExceptionally(e);
                                }
                            })
                    .start();
        }
        for (CompletableFuture<Void> each : all) {
            each.get(40, TimeUnit.SECONDS);
        }
        assertTrue(most.get() <= SIZE, most + " were inside");
        assertEquals(0, window.count());
    }
}
