package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A broker's version")
final class BrokerVersionTest {

    @ParameterizedTest
    @CsvSource({
        "3.10.8, 3, 10",
        "4.0.5, 4, 0",
        "4.3.0-beta.1, 4, 3",
        "4.3, 4, 3",
        "5, 0, 0",
        "unknown, 0, 0",
        "'', 0, 0",
        "v4.3, 0, 0",
        "99999.1, 0, 0"
    })
    @DisplayName("is what it says, and 0.0 when nobody can read that")
    void read(String text, int major, int minor) {
        BrokerVersion version = BrokerVersion.of(text);
        assertEquals(major, version.major());
        assertEquals(minor, version.minor());
        assertEquals("RabbitMQ " + text, version.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "3.13.7, false",
        "4.0.9, false",
        "4.1.0, true",
        "4.10.1, true",
        "5.0.0, true",
        "x, false"
    })
    @DisplayName("is compared by its numbers")
    void compared(String text, boolean newer) {
        assertEquals(newer, BrokerVersion.of(text).isAtLeast(4, 1));
    }
}
