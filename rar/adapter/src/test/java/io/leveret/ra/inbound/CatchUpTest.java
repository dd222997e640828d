package io.leveret.ra.inbound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The time that a queue needs for what was settled")
final class CatchUpTest {

    private static final long START = Duration.ofHours(1).toNanos();

    private final CatchUp catchUp = new CatchUp();

    private static long after(int millis) {
        return START + Duration.ofMillis(millis).toNanos();
    }

    private void settle(int count, int everyMillis) {
        for (int i = 0; i < count; i++) {
            catchUp.settled(after(i * everyMillis));
        }
    }

    @Test
    @DisplayName("is none for a few")
    void few() {
        assertEquals(Duration.ZERO, catchUp.left(START));
        settle(16, 0);
        assertEquals(Duration.ZERO, catchUp.left(START));
    }

    @Test
    @DisplayName("is half a second from the last of many, and then over")
    void many() {
        settle(17, 10);
        assertEquals(Duration.ofMillis(500), catchUp.left(after(160)));
        assertEquals(Duration.ofMillis(100), catchUp.left(after(560)));
        assertEquals(Duration.ZERO, catchUp.left(after(700)));
    }

    @Test
    @DisplayName("counts anew after a pause in which the queue has caught up")
    void pause() {
        settle(17, 10);
        catchUp.settled(after(661));
        assertEquals(Duration.ZERO, catchUp.left(after(661)));
    }
}
