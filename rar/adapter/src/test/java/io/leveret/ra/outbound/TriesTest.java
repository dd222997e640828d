package io.leveret.ra.outbound;

import static io.leveret.MqOutcome.CONFIRMED;
import static io.leveret.MqOutcome.NACKED;
import static io.leveret.MqOutcome.NOT_SENT;
import static io.leveret.MqOutcome.RETURNED;
import static io.leveret.MqOutcome.UNKNOWN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.settings.PublishRetrySettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The tries of one publish")
final class TriesTest {

    private static final Duration DELAY = Duration.ofMillis(100);
    private static final int MANY = 100;

    private static Tries tries(int most, boolean unknownToo) {
        return new Tries(
                new PublishRetrySettings(most, DELAY, unknownToo),
                Deadline.in(Duration.ofHours(1)));
    }

    /** One that has a cause, as when the channel was lost. */
    private static Result ended(MqOutcome outcome) {
        return outcome == CONFIRMED
                ? Result.CONFIRMED
                : Result.of(outcome, "why " + outcome, new IOException());
    }

    @ParameterizedTest(name = "{0}, then {1}: {2}")
    @CsvSource({
        "NACKED, CONFIRMED, CONFIRMED",
        "NACKED, NACKED, NACKED",
        "NACKED, RETURNED, NACKED",
        "NACKED, NOT_SENT, NACKED",
        "NACKED, UNKNOWN, UNKNOWN",
        "UNKNOWN, CONFIRMED, CONFIRMED",
        "UNKNOWN, NACKED, UNKNOWN",
        "UNKNOWN, RETURNED, UNKNOWN",
        "UNKNOWN, NOT_SENT, UNKNOWN",
        "UNKNOWN, UNKNOWN, UNKNOWN",
    })
    @DisplayName("end in what is true of all of them")
    void table(MqOutcome earlier, MqOutcome last, MqOutcome whole) {
        Tries tries = tries(1, true);
        assertNotNull(tries.next(ended(earlier)));
        Result result = tries.whole(ended(last));
        assertEquals(whole, result.outcome());
        if (whole != last) {
            assertTrue(result.reason().contains("why " + earlier), result.reason());
            assertTrue(result.reason().contains("why " + last), result.reason());
        }
    }

    @Test
    @DisplayName("end in the outcome of the only one")
    void single() {
        for (MqOutcome outcome : MqOutcome.values()) {
            Result result = ended(outcome);
            assertEquals(result, tries(1, true).whole(result));
        }
    }

    @Test
    @DisplayName("remember the worst of several")
    void worst() {
        Tries tries = tries(3, true);
        tries.next(ended(NACKED));
        tries.next(ended(UNKNOWN));
        tries.next(ended(NACKED));
        assertEquals(UNKNOWN, tries.whole(ended(NOT_SENT)).outcome());
    }

    @Test
    @DisplayName("are as many as the settings allow")
    void bounded() {
        Tries tries = tries(3, false);
        for (int i = 0; i < 3; i++) {
            assertNotNull(tries.next(ended(NACKED)));
        }
        assertNull(tries.next(ended(NACKED)));
        assertNull(tries(0, true).next(ended(NACKED)));
    }

    @Test
    @DisplayName("follow what was nacked, and what is unknown only if that is asked for")
    void repeatable() {
        assertNull(tries(1, false).next(ended(UNKNOWN)));
        assertNotNull(tries(1, true).next(ended(UNKNOWN)));
        for (MqOutcome last : List.of(CONFIRMED, RETURNED, NOT_SENT)) {
            assertNull(tries(1, true).next(ended(last)), last.toString());
        }
    }

    @Test
    @DisplayName("do not follow one that the caller stopped waiting for")
    void notWaitedFor() {
        assertNull(tries(1, true).next(Result.of(UNKNOWN, "the deadline", null)));
        assertNull(
                tries(1, true).next(Result.of(UNKNOWN, "interrupted", new InterruptedException())));
    }

    @Test
    @DisplayName("do not begin beyond the deadline")
    void inTime() {
        Tries tries =
                new Tries(
                        new PublishRetrySettings(1, Duration.ofHours(1), false),
                        Deadline.in(Duration.ofMinutes(1)));
        assertNull(tries.next(ended(NACKED)));
    }

    @Test
    @DisplayName("have pauses that double, up to sixteen times the first, spread by half")
    void pauses() {
        double[] mean = new double[7];
        for (int i = 0; i < MANY; i++) {
            Tries tries = tries(mean.length, false);
            for (int k = 0; k < mean.length; k++) {
                long millis = tries.next(ended(NACKED)).toMillis();
                long middle = DELAY.toMillis() << Math.min(k, 4);
                assertTrue(millis >= middle / 2 && millis <= middle * 3 / 2, k + ": " + millis);
                mean[k] += (double) millis / MANY / middle;
            }
        }
        for (double each : mean) {
            assertTrue(each > 0.7 && each < 1.3, "not spread around the middle: " + each);
        }
    }
}
