package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The settings of retries")
final class RetryReaderTest {

    private final Values bean = new Values();
    private final Values adapter = new Values();

    @BeforeEach
    void destination() {
        bean.set(Setting.DESTINATION, "orders");
    }

    private SettingsReader reader() {
        return new SettingsReader(bean, adapter, key -> null, key -> null);
    }

    private RetrySettings read() {
        SettingsReader reader = reader();
        RetrySettings retry = reader.inbound().retry();
        assertTrue(reader.problems().isEmpty(), () -> reader.problems().message("It"));
        return retry;
    }

    private void refused(String... parts) {
        SettingsReader reader = reader();
        reader.inbound();
        String message = reader.problems().message("It");
        for (String part : parts) {
            assertTrue(message.contains(part), () -> part + " in: " + message);
        }
    }

    private static List<Duration> millis(long... values) {
        return Arrays.stream(values).mapToObj(Duration::ofMillis).toList();
    }

    @Test
    @DisplayName("are four tries, 20 s apart, on the ladder, and then parking")
    void defaults() {
        RetrySettings retry = read();
        assertEquals(4, retry.maxAttempts());
        assertEquals(millis(20_000), retry.delays());
        assertEquals(RetryMode.LADDER, retry.mode());
        assertEquals(AtEnd.PARK, retry.atEnd());
        assertEquals("orders.parking", retry.parkingQueue());
        assertFalse(retry.isLast(3));
        assertTrue(retry.isLast(4));
    }

    @Test
    @DisplayName("let the delay grow up to its greatest, in no more steps than there are tries")
    void growth() {
        bean.set(Setting.RETRY_DELAY, "100");
        bean.set(Setting.RETRY_MULTIPLIER, "3");
        bean.set(Setting.RETRY_MAX_DELAY, "1000");
        assertEquals(millis(100, 300, 900), read().delays());
        bean.set(Setting.MAX_ATTEMPTS, "3");
        assertEquals(millis(100, 300), read().delays());
        bean.set(Setting.MAX_ATTEMPTS, "1");
        assertEquals(millis(100), read().delays());
        bean.set(Setting.MAX_ATTEMPTS, "0");
        RetrySettings endless = read();
        assertEquals(millis(100, 300, 900, 1_000), endless.delays());
        assertFalse(endless.isLast(1_000_000));
        assertEquals(Duration.ofMillis(300), endless.delay(2));
        assertEquals(Duration.ofMillis(1_000), endless.delay(77));
        bean.set(Setting.RETRY_DELAY, "2000"); // beyond the greatest: meant
        assertEquals(millis(2_000, 2_000), read().delays());
    }

    @Test
    @DisplayName("may list all delays; the bean's own single ones outdo a list of the adapter's")
    void list() {
        adapter.set(Setting.RETRY_DELAYS, "1000, 5000,60000");
        RetrySettings retry = read();
        assertEquals(millis(1_000, 5_000, 60_000), retry.delays());
        bean.set(Setting.RETRY_DELAY, "7");
        assertEquals(millis(7), read().delays());
    }

    @ParameterizedTest
    @CsvSource({"0, 1000", "3000, 5000", "2999, 1000", "40000, 60000", "86400000, 60000"})
    @DisplayName("give the delay that is nearest to a wish")
    void nearest(long wish, long expected) {
        bean.set(Setting.RETRY_DELAYS, "1000,5000,60000");
        assertEquals(Duration.ofMillis(expected), read().nearest(Duration.ofMillis(wish)));
    }

    @Test
    @DisplayName("retry in place where order is strict")
    void strict() {
        bean.set(Setting.STRICT_ORDER, "true");
        assertEquals(RetryMode.IN_PLACE, read().mode());
        bean.set(Setting.RETRY_MODE, "LADDER");
        refused("retryMode", "contradicts strictOrder");
    }

    @Test
    @DisplayName("leave the delay to the queue, where it can have it")
    void nativeMode() {
        bean.set(Setting.RETRY_MODE, "native");
        bean.set(Setting.TOPOLOGY_MODE, "DECLARE");
        bean.set(Setting.RETRY_DELAY, "700");
        assertEquals(RetryMode.NATIVE, read().mode());
        assertEquals(
                Map.of(
                        "x-delayed-retry-type",
                        "failed",
                        "x-delayed-retry-min",
                        700L,
                        "x-delayed-retry-max",
                        700L),
                reader().inbound().topology().queue().arguments());
        bean.set(Setting.RETRY_DELAY, null);
        bean.set(Setting.RETRY_DELAYS, "500,1000,1200");
        assertEquals(
                1200L,
                reader().inbound().topology().queue().arguments().get("x-delayed-retry-max"));
        read();
        bean.set(Setting.RETRY_MODE, "LADDER");
        assertEquals(Map.of(), reader().inbound().topology().queue().arguments());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retryMultiplier|3|retryMultiplier|use retryDelay alone",
                "retryDelays|1000,5000|retryDelays|use retryDelay alone",
                "retryDelays|1000,500|retryDelays|use retryDelay alone",
                "topologyMode|NONE|retryMode|set topologyMode=DECLARE",
                "topologyMode|PASSIVE|retryMode|set topologyMode=DECLARE",
                "strictOrder|true|retryMode|contradicts strictOrder",
                "queueOptions|type=classic|retryMode|only quorum queues",
                "queueOptions|exclusive=true|retryMode|goes with its consumer",
                "queueOptions|auto-delete=true|retryMode|goes with its consumer",
                "queueOptions|[x-delayed-retry-max=5]|queueOptions|remove them; retryDelay"
            })
    @DisplayName("do not leave to the queue what it cannot do")
    void notNative(String name, String value, String where, String what) {
        bean.set(Setting.RETRY_MODE, "NATIVE");
        bean.set(Setting.TOPOLOGY_MODE, "DECLARE");
        Setting setting =
                Arrays.stream(Setting.values())
                        .filter(s -> s.property().equals(name))
                        .findAny()
                        .orElseThrow();
        bean.set(setting, value);
        refused(where, what);
    }

    @Test
    @DisplayName("name exceptions")
    void exceptions() {
        bean.set(Setting.ABORT_ON, "a.B, C$D");
        bean.set(Setting.REQUEUE_ON, "e.F");
        assertEquals(Set.of("a.B", "C$D"), read().abortOn());
        assertEquals(Set.of("e.F"), read().requeueOn());
        bean.set(Setting.ABORT_ON, "a.B,,2x");
        refused("abortOn", "(\"2x\")", "is no name of a class");
    }

    @Test
    @DisplayName("refuse what cannot be meant")
    void contradictions() {
        bean.set(Setting.RETRY_DELAYS, "10,soon,0");
        bean.set(Setting.RETRY_DELAY, "5");
        refused(
                "retryDelays",
                "(\"soon\")",
                "is no whole number",
                "(\"0\")",
                "use 1 to 86400000",
                "contradicts retryDelays");
        bean.set(Setting.RETRY_DELAYS, null);
        bean.set(Setting.PARKING_QUEUE, "orders");
        refused("parkingQueue", "is the queue that is consumed");
        bean.set(Setting.AT_END, "DEAD_LETTER");
        refused("parkingQueue", "contradicts atEnd=DEAD_LETTER");
        bean.set(Setting.PARKING_QUEUE, null);
        bean.set(Setting.AT_END, null);
        bean.set(Setting.DESTINATION, "x".repeat(250));
        refused("destination", "is too long for the names of the queues for retries");
    }
}
