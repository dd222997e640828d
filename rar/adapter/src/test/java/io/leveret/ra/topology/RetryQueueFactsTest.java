package io.leveret.ra.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.link.BrokerVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is known of a queue for failed messages")
final class RetryQueueFactsTest {

    private static final BrokerVersion VERSION = BrokerVersion.of("4.0.5");

    private static final Map<String, Object> WAITING =
            Map.of(
                    "x-message-ttl",
                    1000,
                    "x-dead-letter-exchange",
                    "",
                    "x-dead-letter-routing-key",
                    "orders",
                    "x-dead-letter-strategy",
                    "at-least-once",
                    "x-overflow",
                    "reject-publish");

    private final Map<String, Object> arguments = new HashMap<>(WAITING);

    private List<String> waiting(String type, Map<String, Object> policy) {
        return new RetryQueueFacts(
                        new QueueFacts("it", type, true, false, arguments, policy, VERSION))
                .waiting("orders", Duration.ofMillis(1000));
    }

    private void told(String argument, Object value, String what) {
        arguments.put(argument, value);
        List<String> found = waiting("quorum", Map.of());
        assertEquals(1, found.size(), found::toString);
        assertTrue(found.get(0).contains(what), found::toString);
        arguments.put(argument, WAITING.get(argument));
    }

    @Test
    @DisplayName("tells what a wait queue has otherwise than one of Leveret's")
    void waitQueue() {
        assertEquals(List.of(), waiting("quorum", Map.of()));
        told("x-message-ttl", 999, "for 999 ms instead of 1000 ms");
        told("x-message-ttl", null, "keeps messages for ever");
        told("x-dead-letter-routing-key", "others", "routing-key others");
        told("x-dead-letter-strategy", "at-most-once", "on their way back");
        told("x-overflow", "drop-head", "needs overflow=reject-publish");
        told("x-expires", 5, "is deleted with its messages");
        assertEquals(1, waiting("classic", Map.of()).size());
    }

    @Test
    @DisplayName("tells what a policy does to it")
    void policies() {
        arguments.remove("x-dead-letter-strategy");
        assertEquals(List.of(), waiting("quorum", Map.of("dead-letter-strategy", "at-least-once")));
        assertEquals(1, waiting("quorum", Map.of()).size());
    }

    @Test
    @DisplayName("tells what loses parked messages")
    void parkingQueue() {
        Map<String, Object> lossy = Map.of("x-message-ttl", 5, "x-max-length", 9);
        QueueFacts facts = new QueueFacts("it", "quorum", true, false, lossy, Map.of(), VERSION);
        List<String> found = new RetryQueueFacts(facts).parking();
        assertEquals(3, found.size(), found::toString);
        assertTrue(found.get(0).contains("after 20 failed attempts"));
        assertTrue(found.get(1).contains("after 5 ms"));
        assertTrue(found.get(2).contains("drops its oldest"));
    }
}
