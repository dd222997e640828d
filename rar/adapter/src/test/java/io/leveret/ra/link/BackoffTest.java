package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
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
    @DisplayName("stays at the first interval for 30 s where that is more than half a second")
    void slowInterval() {
        Backoff slow =
                new Backoff(
                        new LinkSettings.Reconnect(
                                Duration.ofMillis(2_000),
                                2,
                                Duration.ofMillis(30_000),
                                0,
                                Duration.ZERO,
                                SETTINGS.stablePeriod(),
                                SETTINGS.recovery(),
                                SETTINGS.probeInterval()),
                        () -> now,
                        () -> random);
        for (int i = 0; i < 5; i++) {
            assertEquals(2_000, slow.next().toMillis(), 1);
        }
        now = Duration.ofSeconds(31).toNanos();
        assertEquals(4_000, slow.next().toMillis(), 1);
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

    @Test
    @DisplayName("gives up after so many attempts of one outage, and begins anew after a restart")
    void attempts() {
        Backoff limited = new Backoff(limits(2, Duration.ZERO), () -> now, () -> random);
        assertNotNull(limited.next());
        assertNotNull(limited.next());
        assertFalse(limited.isExhausted());
        assertNull(limited.next());
        assertTrue(limited.isExhausted());
        assertNull(limited.next());
        limited.lost(Duration.ofMillis(10).toNanos());
        assertNull(limited.next(), "a moment of success is no new outage");
        limited.restart();
        assertFalse(limited.isExhausted());
        assertNotNull(limited.next());
        assertEquals(1, limited.attempt());
    }

    @Test
    @DisplayName("gives up when the outage lasts too long, and waits no longer than until then")
    void timeLimit() {
        Backoff limited = new Backoff(limits(0, Duration.ofMillis(600)), () -> now, () -> random);
        assertEquals(250, limited.next().toMillis());
        now = Duration.ofMillis(250).toNanos();
        assertEquals(350, limited.next().toMillis(), "of 500, up to the limit");
        now = Duration.ofMillis(600).toNanos();
        assertNull(limited.next());
        limited.lost(Duration.ofSeconds(3).toNanos());
        assertEquals(250, limited.next().toMillis(), "a new outage");
    }

    private static LinkSettings.Reconnect limits(int attempts, Duration timeLimit) {
        return new LinkSettings.Reconnect(
                SETTINGS.interval(),
                SETTINGS.multiplier(),
                SETTINGS.maxInterval(),
                attempts,
                timeLimit,
                SETTINGS.stablePeriod(),
                SETTINGS.recovery(),
                SETTINGS.probeInterval());
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
