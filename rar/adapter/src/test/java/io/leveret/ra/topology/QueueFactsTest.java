package io.leveret.ra.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.link.BrokerVersion;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What is known of a queue")
final class QueueFactsTest {

    private static List<String> findings(
            String version,
            String type,
            Map<String, Object> arguments,
            Map<String, Object> policy) {
        BrokerVersion broker = BrokerVersion.of(version);
        return new QueueFacts("queue 'q'", type, true, false, arguments, policy, broker).findings();
    }

    private static Map<String, Object> limit(String name, Integer limit) {
        return limit == null ? Map.of() : Map.of(name, limit);
    }

    @ParameterizedTest
    @CsvSource({
        "4.0.5, , , 20",
        "4.3.6, -1, , none",
        "4.3.6, , -1, none",
        "4.3.6, 5, -1, 5",
        "4.3.6, -1, 7, 7",
        "4.3.6, 5, 7, 5",
        "3.10.8, , , none",
        "3.10.8, 5, , 5",
        "3.10.8, 9, 7, 7",
        "3.10.8, -1, , 0",
    })
    @DisplayName("tells after how many failures a message is dropped")
    void deliveryLimit(String version, Integer argument, Integer policy, String dropped) {
        Map<String, Object> arguments = limit("x-delivery-limit", argument);
        Map<String, Object> policies = limit("delivery-limit", policy);
        List<String> found = findings(version, "quorum", arguments, policies);
        if (dropped.equals("none")) {
            assertEquals(List.of(), found);
        } else {
            assertEquals(1, found.size());
            assertTrue(found.get(0).contains("after " + dropped + " failed"), found.get(0));
        }
        assertEquals(List.of(), findings(version, "classic", arguments, policies));
    }

    @Test
    @DisplayName("tells nothing of a limit behind which there is a dead-letter exchange")
    void deadLettered() {
        Map<String, Object> policy = Map.of("dead-letter-exchange", "x");
        assertEquals(List.of(), findings("4.0.5", "quorum", Map.of(), policy));
        assertEquals(
                List.of(),
                findings("4.0.5", "quorum", Map.of("x-dead-letter-exchange", ""), Map.of()));
    }

    @Test
    @DisplayName("says so when a policy may change it")
    void unknownPolicy() {
        String found = findings("4.0.5", "quorum", Map.of(), null).get(0);
        assertTrue(found.contains("unless a policy"), found);
        found = findings("4.0.5", "quorum", Map.of(), Map.of()).get(0);
        assertTrue(!found.contains("unless a policy"), found);
    }

    @Test
    @DisplayName("tells what loses messages, and what newer brokers refuse")
    void others() {
        Map<String, Object> strict =
                Map.of("x-dead-letter-exchange", "x", "x-dead-letter-strategy", "at-least-once");
        assertTrue(findings("4.0.5", "quorum", strict, null).get(0).contains("reject-publish"));
        assertEquals(
                List.of(),
                findings("4.0.5", "quorum", strict, Map.of("overflow", "reject-publish")));
        assertTrue(findings("4.0.5", "stream", Map.of(), null).get(0).contains("is a stream"));
        BrokerVersion version = BrokerVersion.of("4.0.5");
        assertTrue(
                new QueueFacts("queue 'q'", "classic", false, false, Map.of(), null, version)
                        .findings()
                        .get(0)
                        .contains("declare it durable"));
        Map<String, Object> old =
                Map.of("x-queue-version", 1.0, "x-queue-master-locator", "min-masters");
        assertEquals(2, findings("4.2.0", "classic", old, null).size());
    }
}
