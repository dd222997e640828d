package io.leveret.ra.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.ra.settings.SettingsReader;
import io.leveret.ra.settings.Values;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The ring of unanswered publishes")
final class ConfirmRingTest {

    private final ConfirmRing ring = new ConfirmRing(3);
    private final List<Long> taken = new ArrayList<>();

    private void put() {
        Publication p =
                Publication.of(
                        "",
                        "q",
                        MqMessage.text("m"),
                        new MessageIds(),
                        new SettingsReader(new Values()).publish(),
                        null);
        ring.put(new PendingPublish(p, null));
    }

    private void answer(long sequence, boolean multiple) {
        ring.take(sequence, multiple, p -> taken.add(p.sequence));
    }

    @Test
    @DisplayName("is full when the span from the oldest unanswered one reaches the window")
    void spanBounded() {
        put();
        put();
        assertTrue(ring.hasRoom());
        put();
        assertFalse(ring.hasRoom());
        answer(2, false);
        answer(3, false);
        assertFalse(ring.hasRoom(), "the slot of 1 would be needed twice");
        answer(1, false);
        assertTrue(ring.hasRoom());
        assertEquals(List.of(2L, 3L, 1L), taken);
    }

    @Test
    @DisplayName("answers several at once, each of them once")
    void multiple() {
        put();
        put();
        put();
        answer(1, false);
        answer(2, true);
        answer(3, true);
        answer(3, true);
        assertEquals(List.of(1L, 2L, 3L), taken);
    }

    @Test
    @DisplayName("ignores answers for what was never written")
    void unknown() {
        put();
        answer(7, false);
        answer(7, true);
        assertEquals(List.of(1L), taken);
        assertNull(ring.take(7));
    }

    @Test
    @DisplayName("works for thousands of publishes that are answered out of order")
    void wraps() {
        for (long s = 1; s <= 3_000; s += 3) {
            put();
            put();
            put();
            answer(s + 2, false);
            answer(s + 1, true);
            assertTrue(ring.hasRoom(), "at " + s);
        }
        assertEquals(3_000, taken.size());
        assertEquals(3_000, taken.stream().distinct().count());
    }
}
