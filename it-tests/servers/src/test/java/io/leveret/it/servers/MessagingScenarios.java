package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Publishing and receiving while the broker is well. */
abstract class MessagingScenarios extends ServerScenarios {

    /** The listener's retryDelay. */
    private static final long RETRY_DELAY_MILLIS = 500;

    /** What the broker's clock and the server's may differ in. */
    private static final long TOLERANCE_MILLIS = 50;

    private static final int LIMIT_SECONDS = 30;

    @Test
    @Tag("smoke")
    void an_enterprise_bean_publishes_through_an_injected_publisher_and_a_listener_receives() {
        String id = newId("bean");

        assertEquals("CONFIRMED", app().publish("", IN, id));

        awaitReceived(id);
        awaitSettled(IN);
        assertEquals(1, app().calls(id).size(), "calls");
    }

    @Test
    void a_plain_bean_publishes_to_the_target_of_its_injection_point() {
        String id = newId("plain");

        assertEquals("CONFIRMED", app().publishPlain(id));

        awaitReceived(id);
    }

    @Test
    void a_listener_that_throws_gets_the_message_again_after_the_delay() throws Exception {
        failsTwiceThenSucceeds("RUNTIME");
    }

    @Test
    void a_listener_that_throws_a_checked_exception_gets_the_message_again_after_the_delay()
            throws Exception {
        failsTwiceThenSucceeds("CHECKED");
    }

    @Test
    void a_listener_that_marks_rollback_gets_the_message_again_after_the_delay() throws Exception {
        failsTwiceThenSucceeds("ROLLBACK_ONLY");
    }

    private void failsTwiceThenSucceeds(String failure) throws Exception {
        String id = newId(failure);

        queues().publish(IN, id, Map.of("it-fail", failure, "it-fail-times", "2"));

        Eventually.value("calls for " + id, () -> app().calls(id), calls -> calls.size() >= 3);
        awaitSettled(IN);
        List<AppClient.Call> calls = app().calls(id);
        assertEquals(3, calls.size(), "calls: two that fail, one that succeeds");
        for (int i = 1; i < calls.size(); i++) {
            long gap = calls.get(i).atMillis() - calls.get(i - 1).atMillis();
            assertTrue(gap >= RETRY_DELAY_MILLIS - TOLERANCE_MILLIS, "came again after ms: " + gap);
        }
    }

    @Test
    @Tag("smoke")
    void a_listener_that_settles_by_itself_does_so_from_another_thread() throws Exception {
        String id = newId("manual");
        String other = newId("manual");
        queues().declare(queueType(), MANUAL);
        queues().publish(MANUAL, id, Map.of("it-fail", "RUNTIME", "it-fail-times", "1"));
        queues().publish(MANUAL, other, Map.of());
        app().awaitGateReached(id);
        app().awaitGateReached(other);
        assertEquals(2, messages().get(MANUAL), "not settled, though the listener has returned");

        app().openGate(other);
        Eventually.value("messages", () -> messages().get(MANUAL), count -> count == 1);
        app().openGate(id);

        // Its queue is empty meanwhile too: what was rejected waits in another one.
        Eventually.value("calls, one rejected", () -> app().calls(id).size(), n -> n == 2);
        awaitSettled(MANUAL);
        assertEquals(1, app().calls(other).size());
    }

    @Test
    void a_failing_message_does_not_hold_up_the_others() throws Exception {
        String failing = newId("failing");
        queues().publish(IN, failing, Map.of("it-fail", "RUNTIME", "it-fail-times", "2"));
        Eventually.value("first call", () -> app().calls(failing), calls -> !calls.isEmpty());

        String other = newId("other");
        queues().publish(IN, other, Map.of());
        awaitReceived(other);

        Eventually.value("calls", () -> app().calls(failing), calls -> calls.size() >= 3);
        long otherAt = app().calls(other).get(0).atMillis();
        long lastAt = app().calls(failing).get(2).atMillis();
        assertTrue(otherAt < lastAt, "the other message waited for the failing one");
    }

    @Test
    @Tag("smoke")
    void an_exception_rolls_back_the_row_and_the_publish_and_the_message_comes_again()
            throws Exception {
        rollsBackTwiceThenCommits("RUNTIME");
    }

    @Test
    void a_checked_exception_rolls_back_the_row_and_the_publish_and_the_message_comes_again()
            throws Exception {
        rollsBackTwiceThenCommits("CHECKED");
    }

    @Test
    void a_rollback_mark_rolls_back_the_row_and_the_publish_and_the_message_comes_again()
            throws Exception {
        rollsBackTwiceThenCommits("ROLLBACK_ONLY");
    }

    private void rollsBackTwiceThenCommits(String failure) throws Exception {
        String id = newId("rollback-" + failure);

        queues().publish(
                        IN,
                        id,
                        Map.of(
                                "it-fail",
                                failure,
                                "it-fail-times",
                                "2",
                                "it-publish-to",
                                OUT,
                                "it-rows",
                                "DEFAULT"));

        Eventually.value("rows", () -> app().rows(id), rows -> !rows.isEmpty());
        awaitSettled(IN);
        assertEquals(List.of(3), app().rows(id), "attempts whose row was kept");
        List<Queues.Taken> published = queues().drain(OUT);
        assertEquals(List.of(id), published.stream().map(Queues.Taken::id).toList());
        assertEquals(3, published.get(0).headers().get("it-attempt"), "attempt that published");
    }

    @Test
    @Tag("smoke")
    void a_transaction_publishes_after_its_commit_and_not_before() throws Exception {
        String id = newId("commit");
        String marker = newId("marker");

        CompletableFuture<String> call =
                CompletableFuture.supplyAsync(() -> app().transactionThroughGate(OUT, id, id));
        app().awaitGateReached(id);
        queues().publish(OUT, marker, Map.of());
        assertEquals(List.of(), app().rows(id), "rows before the commit");
        app().openGate(id);

        assertEquals("ENLISTED", call.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        assertEquals(List.of(marker, id), queues().drainIds(OUT), "in the order of arrival");
        assertEquals(List.of(1), app().rows(id), "rows after the commit");
    }

    @Test
    @Tag("smoke")
    void a_transaction_that_is_rolled_back_publishes_nothing() throws Exception {
        String rolledBack = newId("rolled-back");
        String committed = newId("committed");

        assertEquals("ENLISTED", app().transaction(OUT, rolledBack, false));
        assertEquals("ENLISTED", app().transaction(OUT, committed, true));

        assertEquals(List.of(committed), queues().drainIds(OUT));
        assertEquals(List.of(), app().rows(rolledBack));
        assertEquals(List.of(1), app().rows(committed));
    }

    @Test
    void what_a_transaction_takes_is_back_after_its_rollback_and_gone_after_its_commit()
            throws Exception {
        String id = newId("taken");
        assertEquals("CONFIRMED", app().publish("", OUT, id));

        assertEquals(id, app().take(OUT, false));
        Eventually.value("what is taken again", () -> app().take(OUT, true), id::equals);
        assertEquals("nothing", app().take(OUT, true));
        assertEquals(List.of(), queues().drainIds(OUT));
    }

    @Test
    void an_application_declares_and_sees_the_client_behind_its_handle() {
        String queue = newId("it's declared");

        assertEquals(0, app().declareAndCount(queue));
        assertEquals("CONFIRMED", app().publish("", queue, newId("counted")));
        assertEquals(1, app().declareAndCount(queue));
    }

    @Test
    void an_unroutable_message_is_returned() {
        String outcome = app().publish("", "it.nowhere", newId("unroutable"));

        assertTrue(outcome.startsWith("RETURNED "), outcome);
    }

    @Test
    void a_publish_to_a_missing_exchange_names_its_outcome_and_the_exchange() {
        String outcome = app().publish("it.no-exchange", "key", newId("no-exchange"));

        assertTrue(outcome.matches("(?s)(RETURNED|NOT_SENT|UNKNOWN) .*"), outcome);
        assertTrue(outcome.contains("it.no-exchange"), outcome);
    }

    @Test
    void an_oversized_message_is_not_sent() {
        String outcome = app().publishSized(IN, newId("oversized"), 17 * 1024 * 1024);

        assertTrue(outcome.startsWith("NOT_SENT "), outcome);
        assertFalse(outcome.contains("timeout"), outcome);
    }

    @Test
    void bad_publishes_cost_other_callers_nothing() throws Exception {
        Path ledgers = newFolder("ledgers");
        app().startStream(newId("good"), 4, OUT, ledgers);
        AppClient.Counts counts;
        try {
            for (int i = 0; i < 5; i++) {
                an_unroutable_message_is_returned();
                a_publish_to_a_missing_exchange_names_its_outcome_and_the_exchange();
                an_oversized_message_is_not_sent();
            }
            long before = app().stream().confirmed();
            Eventually.value("confirmed", () -> app().stream().confirmed(), c -> c > before + 100);
        } finally {
            counts = app().stopStream();
            awaitSettled(IN);
            app().closeLedgers();
        }

        assertEquals(0, counts.failed(), counts.toString());
        assertEquals(counts.attempted(), counts.confirmed(), counts.toString());
    }

    @Test
    void a_missing_queue_disturbs_its_own_listener_only_and_is_consumed_once_it_is_there()
            throws Exception {
        String id = newId("beside");
        assertEquals("CONFIRMED", app().publish("", IN, id));
        awaitReceived(id);

        String slow = newId("slow");
        queues().declare(queueType(), SLOW);
        try {
            queues().publish(SLOW, slow, Map.of());
            awaitReceived(slow);
        } finally {
            queues().delete(SLOW);
        }

        String after = newId("after");
        assertEquals("CONFIRMED", app().publish("", IN, after));
        awaitReceived(after);
    }
}
