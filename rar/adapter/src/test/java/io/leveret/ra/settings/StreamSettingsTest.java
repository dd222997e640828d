package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.settings.TopologySettings.QueueType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The settings of a stream")
final class StreamSettingsTest {

    private final Given given = new Given();

    @BeforeEach
    void name() {
        given.bean(Setting.DESTINATION, "s");
    }

    private InboundSettings inbound() {
        SettingsReader reader = given.reader();
        InboundSettings inbound = reader.inbound();
        assertTrue(reader.problems().isEmpty(), () -> reader.problems().message("It"));
        return inbound;
    }

    private void refused(Setting about, String... parts) {
        SettingsReader reader = given.reader();
        reader.inbound();
        String message = reader.problems().message("It");
        assertEquals(List.of(about.property()), reader.problems().properties(), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> part + " in " + message);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "first, FIRST, 0",
        "Last, LAST, 0",
        "NEXT, NEXT, 0",
        "0, OFFSET, 0",
        "999999999999999999, OFFSET, 999999999999999999",
        "2026-01-31T10:00:00Z, TIMESTAMP, 1769853600",
        "2026-01-31T11:00:00.9+01:00, TIMESTAMP, 1769853600",
        "90s, INTERVAL, 90",
        "30m, INTERVAL, 1800",
        "1h, INTERVAL, 3600",
        "7D, INTERVAL, 604800",
        "1M, INTERVAL, 2592000",
        "999999999Y, INTERVAL, 31535999968464000",
    })
    @DisplayName("say in several ways where to begin")
    void offsets(String text, StreamOffset.Kind kind, long value) {
        given.bean(Setting.STREAM_OFFSET, text);
        assertEquals(new StreamOffset(kind, value), inbound().stream());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "begin",
                "1.5",
                "0s",
                "1x",
                "1H",
                "9999999999s",
                "9999999999999999999",
                "2026-01-31",
                "2026-01-31T10:00:00",
                "1969-12-31T23:59:59Z",
            })
    @DisplayName("refuse what is no place in a stream")
    void malformed(String text) {
        given.bean(Setting.STREAM_OFFSET, text);
        refused(Setting.STREAM_OFFSET, "is no place in a stream", "first, last, next, the offset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONE", "PASSIVE", "DECLARE"})
    @DisplayName("make one session that retries in place, however the topology is seen to")
    void session(String mode) {
        given.bean(Setting.TOPOLOGY_MODE, mode)
                .bean(Setting.STREAM_OFFSET, "first")
                .adapter(Setting.MAX_SESSION, "7");
        assertEquals(1, inbound().maxSession());
        assertEquals(50, inbound().prefetch());
        assertEquals(RetryMode.IN_PLACE, inbound().retry().mode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONE", "PASSIVE", "DECLARE"})
    @DisplayName("begin at the next message when only the type is said, and not at all otherwise")
    void type(String mode) {
        given.bean(Setting.TOPOLOGY_MODE, mode);
        assertNull(inbound().stream());
        given.bean(Setting.QUEUE_OPTIONS, "type=stream");
        assertEquals(new StreamOffset(StreamOffset.Kind.NEXT, 0), inbound().stream());
        assertEquals(RetryMode.IN_PLACE, inbound().retry().mode());
    }

    @Test
    @DisplayName("declare a stream, also when only the offset says that it is one")
    void declared() {
        given.bean(Setting.TOPOLOGY_MODE, "DECLARE").bean(Setting.STREAM_OFFSET, "first");
        assertEquals(QueueType.STREAM, inbound().topology().queue().type());
        given.bean(
                Setting.QUEUE_OPTIONS,
                "max-age=7D max-length-bytes=5 stream-max-segment-size-bytes=3000000000"
                        + " stream-filter-size-bytes=16 initial-cluster-size=3"
                        + " [x-queue-leader-locator=balanced]");
        assertEquals(
                Map.of(
                        "x-max-age",
                        "7D",
                        "x-max-length-bytes",
                        5L,
                        "x-stream-max-segment-size-bytes",
                        3_000_000_000L,
                        "x-stream-filter-size-bytes",
                        16L,
                        "x-initial-cluster-size",
                        3L,
                        "x-queue-leader-locator",
                        "balanced"),
                inbound().topology().queue().arguments());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "STRICT_ORDER|true|in its order",
                "EXCLUSIVE_CONSUMER|true|every consumer of a stream gets all",
                "CONSUMER_PRIORITY|5|every consumer of a stream gets all",
                "ACK_MODE|MANUAL|use an MqMessageListener",
                "MAX_SESSION|2|use 1",
                "RETRY_MODE|LADDER|remove one of them",
                "AT_END|DEAD_LETTER|set atEnd=PARK",
            })
    @DisplayName("contradict what a stream does not have")
    void contradictions(Setting about, String value, String fix) {
        given.bean(Setting.STREAM_OFFSET, "first").bean(about, value);
        refused(about, "contradicts", fix);
        given.bean(Setting.STREAM_OFFSET, null)
                .bean(Setting.TOPOLOGY_MODE, "DECLARE")
                .bean(Setting.QUEUE_OPTIONS, "type=stream");
        refused(about, "contradicts", fix);
    }

    @Test
    @DisplayName("contradict another type, and want a name")
    void noStream() {
        given.bean(Setting.STREAM_OFFSET, "first")
                .bean(Setting.TOPOLOGY_MODE, "DECLARE")
                .bean(Setting.QUEUE_OPTIONS, "type=quorum");
        refused(Setting.QUEUE_OPTIONS, "type=quorum contradicts streamOffset", "use type=stream");
        given.bean(Setting.QUEUE_OPTIONS, null).bean(Setting.DESTINATION, null);
        given.bean(Setting.PARKING_QUEUE, "p");
        refused(Setting.QUEUE_OPTIONS, "no stream does", "name the stream by destination");
    }

    @Test
    @DisplayName("do not come from a system property")
    void ownOnly() {
        given.system.put("leveret.streamOffset", "first");
        assertNull(inbound().stream());
    }
}
