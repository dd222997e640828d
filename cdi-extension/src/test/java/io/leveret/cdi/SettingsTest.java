package io.leveret.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTest {

    private final Map<String, String> first = new HashMap<>();
    private final Map<String, String> second = new HashMap<>();
    private final Settings settings =
            new Settings(
                    List.of(
                            key -> Optional.ofNullable(first.get(key)),
                            key -> Optional.ofNullable(second.get(key))));

    @Test
    void textWithoutExpressionStaysAsItIs() {
        assertEquals("a $b {c} d", settings.expand("a $b {c} d"));
    }

    @Test
    void everyExpressionIsReplaced() {
        first.put("env", "prod");
        assertEquals("prod.orders.7", settings.expand("${env}.orders.${shard:7}"));
    }

    @Test
    void theFirstSourceThatHasAValueWins() {
        second.put("k", "two");
        assertEquals("two", settings.expand("${k:none}"));
        first.put("k", "one");
        assertEquals("one", settings.expand("${k:none}"));
    }

    @Test
    void aDefaultMayHoldColonsAndExpressions() {
        assertEquals("java:/a/b", settings.expand("${k:java:/a/b}"));
        second.put("inner", "x");
        assertEquals("x-y", settings.expand("${k:${inner}-${other:y}}"));
    }

    @Test
    void aValueIsTakenLiterally() {
        first.put("k", "${k}");
        assertEquals("${k}", settings.expand("${k}"));
    }

    @Test
    void aKeyWithoutValueAndDefaultIsAnErrorThatSaysHowToSetIt() {
        String message =
                assertThrows(IllegalArgumentException.class, () -> settings.expand("${a.b-c}"))
                        .getMessage();
        assertTrue(message.contains("a.b-c") && message.contains("A_B_C"), message);
    }

    @Test
    void anOpenBraceIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> settings.expand("x${a:${b}"));
    }

    @Test
    void aBlankValueMeansNotSet() {
        first.put(Settings.CONNECTION_FACTORY, "  ");
        assertEquals(Settings.DEFAULT_FACTORIES, settings.defaultFactories());
    }

    @Test
    void theConfiguredFactoryReplacesBothDefaults() {
        second.put(Settings.CONNECTION_FACTORY, "java:/other");
        assertEquals(List.of("java:/other"), settings.defaultFactories());
    }

    @Test
    void theLookupTimeoutIsTenSecondsUnlessSet() {
        assertEquals(Duration.ofSeconds(10), settings.lookupTimeout());
        first.put(Settings.LOOKUP_TIMEOUT, "250");
        assertEquals(Duration.ofMillis(250), settings.lookupTimeout());
    }

    @Test
    void aMalformedLookupTimeoutIsAnErrorThatNamesTheProperty() {
        for (String bad : List.of("soon", "-1", "600001", "10s")) {
            first.put(Settings.LOOKUP_TIMEOUT, bad);
            String message =
                    assertThrows(IllegalArgumentException.class, settings::lookupTimeout)
                            .getMessage();
            assertTrue(message.contains(Settings.LOOKUP_TIMEOUT) && message.contains(bad), message);
        }
    }

    @Test
    void systemPropertiesAreReadAndMicroProfileConfigMayBeAbsent() {
        String key = "leveret.cdi.test.key";
        assertEquals("none", Settings.ofServer().expand("${" + key + ":none}"));
        System.setProperty(key, "set");
        try {
            assertEquals("set", Settings.ofServer().expand("${" + key + ":none}"));
        } finally {
            System.clearProperty(key);
        }
    }
}
