package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.Recovery;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The back-off")
final class BackoffTest {

    private static final LinkSettings.Reconnect SETTINGS =
            settings(Duration.ofMillis(250), 2, Duration.ofSeconds(30));

    private long now;
    private double random = 0.999_999;
    private final Backoff backoff = new Backoff(SETTINGS, () -> now, () -> random);

    @Test
    @DisplayName(
            "doubles its bound, stays at half a second for 30 s and grows to the maximum after")
    void growth() {
        long[] early = {250, 500, 500, 500, 500};
        for (long bound : early) {
            assertEquals(bound, backoff.next().toMillis());
        }
        now = Duration.ofSeconds(31).toNanos();
        long[] late = {1000, 2000, 4000, 8000, 16_000, 30_000, 30_000};
        for (long bound : late) {
            assertEquals(bound, backoff.next().toMillis(), 1);
        }
    }

    @Test
    @DisplayName("draws evenly between 1 ms and the bound")
    void jitter() {
        random = 0;
        assertEquals(1, backoff.next().toMillis());
        random = 0.5;
        assertEquals(250, backoff.next().toMillis(), 1);
    }

    @Test
    @DisplayName("starts anew only after the connection was stable for a while")
    void stableReset() {
        backoff.next();
        backoff.next();
        backoff.lost(Duration.ofMillis(1_900).toNanos());
        assertEquals(500, backoff.next().toMillis());
        assertEquals(3, backoff.attempt());
        backoff.lost(SETTINGS.stablePeriod().toNanos());
        assertEquals(250, backoff.next().toMillis());
        assertEquals(1, backoff.attempt());
    }

    @Test
    @DisplayName("keeps an interval of more than a second")
    void longInterval() {
        Backoff slow =
                new Backoff(
                        settings(Duration.ofSeconds(5), 1, Duration.ofSeconds(5)),
                        () -> now,
                        () -> random);
        assertTrue(slow.next().toMillis() > 4_900);
        assertTrue(slow.next().toMillis() > 4_900);
    }

    private static LinkSettings.Reconnect settings(
            Duration interval, int multiplier, Duration max) {
        return new LinkSettings.Reconnect(
                interval,
                multiplier,
                max,
                0,
                Duration.ZERO,
                Duration.ofSeconds(2),
                Recovery.AUTOMATIC,
                Duration.ofMinutes(1));
    }
}
