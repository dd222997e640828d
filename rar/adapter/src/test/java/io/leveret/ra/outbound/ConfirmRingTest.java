package io.leveret.ra.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.settings.SettingsReader;
import io.leveret.ra.settings.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The ring of unanswered publishes")
final class ConfirmRingTest {

    private static final Deadline NOW = Deadline.in(Duration.ZERO);

    private final ConfirmRing ring = new ConfirmRing(3);
    private final List<Long> taken = new ArrayList<>();

    private void put(long sequence) {
        Publication p =
                Publication.of(
                        "",
                        "q",
                        MqMessage.text("m"),
                        new MessageIds(),
                        new SettingsReader(new Values()).publish(),
                        null);
        ring.put(new PendingPublish(p, sequence, null));
    }

    private void answer(long sequence, boolean multiple) {
        ring.take(sequence, multiple, p -> taken.add(p.sequence));
    }

    @Test
    @DisplayName("is full when the span from the oldest unanswered one reaches the window")
    void spanBounded() throws InterruptedException {
        put(1);
        put(2);
        assertTrue(ring.awaitRoom(NOW));
        put(3);
        assertFalse(ring.awaitRoom(NOW));
        answer(2, false);
        answer(3, false);
        assertFalse(ring.awaitRoom(NOW), "the slot of 1 would be needed twice");
        answer(1, false);
        assertTrue(ring.awaitRoom(NOW));
        assertEquals(List.of(2L, 3L, 1L), taken);
    }

    @Test
    @DisplayName("answers several at once, each of them once")
    void multiple() {
        put(1);
        put(2);
        put(3);
        answer(1, false);
        answer(2, true);
        answer(3, true);
        answer(3, true);
        assertEquals(List.of(1L, 2L, 3L), taken);
    }

    @Test
    @DisplayName("ignores answers for what was never written")
    void unknown() {
        put(1);
        answer(7, false);
        answer(7, true);
        assertEquals(List.of(1L), taken);
        assertNull(ring.take(7));
    }

    @Test
    @DisplayName("works for thousands of publishes that are answered out of order")
    void wraps() throws InterruptedException {
        for (long s = 1; s <= 3_000; s += 3) {
            put(s);
            put(s + 1);
            put(s + 2);
            answer(s + 2, false);
            answer(s + 1, true);
            assertTrue(ring.awaitRoom(NOW), "at " + s);
        }
        assertEquals(3_000, taken.size());
        assertEquals(3_000, taken.stream().distinct().count());
    }

    @Test
    @DisplayName("lets a waiting writer go on when room comes, and when the channel is lost")
    void waitingWriter() throws Exception {
        put(1);
        put(2);
        put(3);
        CompletableFuture<Boolean> writer = waitForRoom();
        answer(3, true);
        assertTrue(writer.get(10, TimeUnit.SECONDS));
        put(4);
        put(5);
        put(6);
        writer = waitForRoom();
        ring.wake();
        assertTrue(writer.get(10, TimeUnit.SECONDS));
    }

    private CompletableFuture<Boolean> waitForRoom() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return ring.awaitRoom(Deadline.in(Duration.ofSeconds(8)));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }
}
