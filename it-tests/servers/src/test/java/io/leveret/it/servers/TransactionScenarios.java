package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A message and its row: both or none, whoever says that the work has failed. */
abstract class TransactionScenarios extends DatabaseScenarios {

    private static final String FULL = "it.full";

    /** Than a limited transaction may take, and than it takes until somebody notices. */
    private static final Duration TOO_LONG = Duration.ofMillis(3_500);

    private static final Duration A_WHILE = Duration.ofSeconds(1);

    @Test
    @Tag("smoke")
    void failed_work_on_an_xa_data_source_is_undone_and_done_again_after_the_delay()
            throws Exception {
        failsTwiceThenSucceeds(IN, "XA", List.of(3));
    }

    @Test
    void failed_work_on_a_data_source_without_xa_is_undone_and_done_again_after_the_delay()
            throws Exception {
        failsTwiceThenSucceeds(IN, "LOCAL", List.of(3));
    }

    @Test
    @Tag("smoke")
    void failed_work_on_two_data_sources_is_undone_and_done_again_after_the_delay()
            throws Exception {
        failsTwiceThenSucceeds(IN, "XA,LOCAL", List.of(3, 3));
        assertNothingInDoubt();
    }

    @Test
    @Tag("smoke")
    void failed_work_of_a_bean_that_manages_its_transactions_is_undone_and_done_again()
            throws Exception {
        failsTwiceThenSucceeds(BEAN_MANAGED, "XA", List.of(3));
    }

    private void failsTwiceThenSucceeds(String queue, String sources, List<Integer> rows)
            throws Exception {
        List<String> ids = List.of(newId("RUNTIME"), newId("CHECKED"), newId("ROLLBACK_ONLY"));
        for (String id : ids) {
            String failure = id.substring(0, id.indexOf('-'));
            publish(
                    queue,
                    id,
                    sources,
                    "it-fail",
                    failure,
                    "it-fail-times",
                    "2",
                    "it-publish-to",
                    OUT);
        }

        ids.forEach(id -> awaitRows(id, rows));
        awaitSettled(queue);
        for (String id : ids) {
            assertReceived(3, id, true);
            assertEquals(rows, rows(id), "attempts whose row was kept");
        }
        Map<String, Object> published = publishedAttempts();
        for (String id : ids) {
            assertEquals(3, published.remove(id), "the attempt of " + id + " that published");
        }
        assertEquals(Map.of(), published, "published beside that");
    }

    /** By id; a second message of the same id is a failure. */
    private Map<String, Object> publishedAttempts() throws Exception {
        return queues().drain(OUT).stream()
                .collect(
                        Collectors.toMap(
                                Queues.Taken::id, taken -> taken.headers().get("it-attempt")));
    }

    @Test
    @Tag("smoke")
    void a_commit_that_the_database_refuses_brings_the_message_again() throws Exception {
        workAtCommit();
        List<String> ids =
                List.of(
                        publish(IN, newId("refused-xa"), "XA"),
                        publish(IN, newId("refused-local"), "LOCAL"),
                        publish(IN, newId("refused-both"), "XA,LOCAL"),
                        publish(BEAN_MANAGED, newId("refused"), "XA"));

        ids.forEach(this::awaitDone);
        awaitSettled(IN);
        awaitSettled(BEAN_MANAGED);
        ids.forEach(id -> assertDoneAgain(id, id.startsWith("refused-both") ? 2 : 1));
        assertNothingInDoubt();
    }

    @Test
    @Tag("smoke")
    void a_message_is_acknowledged_only_after_what_its_work_publishes_was_confirmed()
            throws Exception {
        queues().declareBounded(FULL, 1);
        try {
            queues().publish(FULL, "first", Map.of());
            String xa = publish(IN, newId("xa"), "XA", "it-publish-to", FULL);
            awaitRows(xa, List.of(1)); // committed
            Eventually.never(
                    "acknowledged before the publish was confirmed",
                    A_WHILE,
                    () -> messages().get(IN) != 1);

            assertEquals(List.of("first"), queues().drainIds(FULL));
            awaitSettled(IN);
            assertEquals(List.of(xa), queues().drainIds(FULL));
            assertReceived(1, xa, false);
        } finally {
            queues().delete(FULL);
        }
    }

    @Test
    @Tag("smoke")
    void a_listener_that_outlives_its_transaction_gets_the_message_again() throws Exception {
        outlivesItsTransaction("LOCAL");
    }

    final void outlivesItsTransaction(String rows) throws Exception {
        List<String> ids;
        server().limitTransactions();
        try {
            ids =
                    List.of(
                            publishHeldUp(HASTY, newId("hasty"), rows, "it-publish-to", OUT),
                            publishHeldUp(
                                    BEAN_MANAGED,
                                    newId("bean"),
                                    rows,
                                    "it-timeout",
                                    "1",
                                    "it-publish-to",
                                    OUT));
            awaitHeldUp(ids);
        } finally {
            server().unlimitTransactions();
        }
        long begun = System.nanoTime();
        Eventually.value("time", System::nanoTime, now -> now - begun > TOO_LONG.toNanos());
        letGo(ids);

        ids.forEach(this::awaitDone);
        awaitSettled(HASTY);
        awaitSettled(BEAN_MANAGED);
        Map<String, Object> published = publishedAttempts();
        for (String id : ids) {
            int last = assertDoneAgain(id, 1);
            assertEquals(last, published.remove(id), "the attempt of " + id + " that published");
        }
        assertEquals(Map.of(), published, "published beside that");
    }

    @Test
    @Tag("smoke")
    void a_listener_without_a_transaction_has_its_message_acknowledged_when_it_has_returned()
            throws Exception {
        String id = publishHeldUp(NO_TRANSACTION, newId("plain"), "LOCAL");
        awaitHeldUp(List.of(id));

        awaitRows(id, List.of(1)); // kept at once
        assertEquals(1, messages().get(NO_TRANSACTION), "messages while the listener runs");
        letGo(List.of(id));

        awaitSettled(NO_TRANSACTION);
        assertReceived(1, id, false);
    }

    @Test
    void a_listener_without_a_transaction_that_fails_gets_the_message_again_after_the_delay()
            throws Exception {
        String id =
                publish(
                        NO_TRANSACTION,
                        newId("plain"),
                        "LOCAL",
                        "it-fail",
                        "RUNTIME",
                        "it-fail-times",
                        "2");

        awaitRows(id, List.of(1, 2, 3)); // each kept at once
        awaitSettled(NO_TRANSACTION);
        assertReceived(3, id, true);
    }
}
