package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Listeners that declare what they need, and messages that fail until they are parked. */
abstract class RetryScenarios extends ServerScenarios {

    private static final String FAILING = "it.failing";
    private static final String PARKING = "it.failing.parking";
    private static final String DECLARED = "it.declared";
    private static final String TOPICS = "it.topics";

    private static final String CARING = "it.caring";
    private static final String CARED = "it.cared";

    /** The failing listener's. */
    private static final int ATTEMPTS = 3;

    private static final long RETRY_DELAY_MILLIS = 1_000;

    /** What the broker's clock and the server's may differ in. */
    private static final long TOLERANCE_MILLIS = 50;

    @Test
    void a_listener_finds_the_queue_exchange_and_bindings_that_it_declares() throws Exception {
        awaitConsumer(DECLARED);
        routesByItsBindings();
        assertTrue(
                broker().ctl("list_queues", "name", "type").contains(DECLARED + "\tquorum"),
                "not of the default type");

        queues().delete(DECLARED);
        awaitConsumer(DECLARED);
        routesByItsBindings();
    }

    private void routesByItsBindings() {
        for (String key : List.of("order.new", "payment.a.b")) {
            String id = newId(key);
            assertEquals("CONFIRMED", app().publish(TOPICS, key, id));
            awaitReceived(id);
        }
        String nowhere = app().publish(TOPICS, "nobody.listens", newId("nobody"));
        assertTrue(nowhere.startsWith("RETURNED "), nowhere);
    }

    private void awaitConsumer(String queue) {
        Eventually.value(
                "consumers of " + queue,
                () -> Ctl.consumers(broker()),
                all -> all.stream().anyMatch(row -> row.get(0).equals(queue)));
    }

    @Test
    void a_message_that_fails_comes_after_its_delay_while_others_flow_and_is_parked_at_last()
            throws Exception {
        awaitConsumer(FAILING);
        String failing = newId("failing");
        queues().publish(FAILING, failing, Map.of("it-fail", "RUNTIME", "it-fail-times", "99"));
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            others.add(newId("other"));
            queues().publish(FAILING, others.get(i), Map.of());
        }

        Queues.Taken parked = awaitParked();

        List<AppClient.Call> calls = app().calls(failing);
        assertEquals(ATTEMPTS, calls.size(), calls::toString);
        for (int i = 1; i < calls.size(); i++) {
            long gap = calls.get(i).atMillis() - calls.get(i - 1).atMillis();
            assertTrue(gap >= RETRY_DELAY_MILLIS - TOLERANCE_MILLIS, "came again after ms: " + gap);
        }
        for (String other : others) {
            long at =
                    app().calls(other).stream()
                            .map(AppClient.Call::atMillis)
                            .min(Comparator.naturalOrder())
                            .orElseThrow();
            assertTrue(at < calls.get(ATTEMPTS - 1).atMillis(), "waited for the failing one");
            assertEquals(1, app().calls(other).size(), "calls of " + other);
        }
        assertEquals(failing, parked.id());
        describes(parked, ATTEMPTS, "maxAttempts=3 reached");
        Eventually.never(
                "another try",
                Duration.ofMillis(RETRY_DELAY_MILLIS + 500),
                () -> app().calls(failing).size() > ATTEMPTS);
        awaitSettled(FAILING);
    }

    @Test
    void an_exception_that_the_bean_names_and_the_container_wraps_parks_at_once() throws Exception {
        awaitConsumer(FAILING);
        String hopeless = newId("hopeless");
        queues().publish(FAILING, hopeless, Map.of("it-fail", "HOPELESS", "it-fail-times", "99"));

        Queues.Taken parked = awaitParked();

        assertEquals(hopeless, parked.id());
        describes(parked, 1, "abortOn names its exception");
        assertTrue(header(parked, "exception").contains("EJB"), header(parked, "exception"));
        assertEquals(1, app().calls(hopeless).size());
        awaitSettled(FAILING);
    }

    @Test
    void a_bean_takes_care_of_what_has_failed_for_the_last_time_in_its_own_transaction()
            throws Exception {
        queues().declare(queueType(), CARED);
        awaitConsumer(CARING);
        String failing = newId("cared");
        queues().publish(CARING, failing, Map.of("it-fail", "RUNTIME", "it-fail-times", "99"));

        Queues.Taken cared = await(CARED);

        assertEquals(failing, cared.id());
        assertEquals(2, cared.headers().get("it-attempts"));
        assertEquals("maxAttempts=2 reached", cared.headers().get("it-reason").toString());
        assertTrue(
                cared.headers().get("it-cause").toString().contains("Exception"),
                cared.headers()::toString);
        assertEquals(2, app().calls(failing).size());
        awaitSettled(CARING);
        assertEquals(0, messages().getOrDefault(CARING + ".parking", 0));
    }

    @Test
    void what_the_bean_cannot_take_care_of_is_parked_and_its_transaction_publishes_nothing()
            throws Exception {
        queues().declare(queueType(), CARED);
        awaitConsumer(CARING);
        String failing = newId("careless");
        queues().publish(
                        CARING,
                        failing,
                        Map.of("it-fail", "RUNTIME", "it-fail-times", "99", "it-careless", "true"));

        Queues.Taken parked = await(CARING + ".parking");

        assertEquals(failing, parked.id());
        assertTrue(
                header(parked, "reason").startsWith("maxAttempts=2 reached, and its onFailure: "),
                header(parked, "reason"));
        awaitSettled(CARING);
        assertEquals(0, messages().get(CARED));
    }

    private Queues.Taken awaitParked() throws Exception {
        return await(PARKING);
    }

    /** Takes the one message that a queue gets. */
    private Queues.Taken await(String queue) throws Exception {
        Eventually.value(
                "messages of " + queue,
                this::messages,
                all -> all.containsKey(queue) && all.get(queue) == 1);
        return queues().drain(queue).get(0);
    }

    private static void describes(Queues.Taken parked, int attempts, String reason) {
        assertEquals(attempts, parked.headers().get("x-leveret-attempts"));
        assertEquals(FAILING, header(parked, "queue"));
        assertEquals(FAILING, header(parked, "routing-key"));
        assertEquals(reason, header(parked, "reason"));
        assertEquals("99", parked.headers().get("it-fail-times").toString(), "its own headers");
    }

    private static String header(Queues.Taken parked, String name) {
        return String.valueOf(parked.headers().get("x-leveret-" + name));
    }
}
