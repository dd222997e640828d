package io.leveret.it.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** Plants every kind of fault in a ledger and looks whether the reconciliation finds it. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LedgerTest {

    private static final long SECOND = 1_000_000;

    private final Ledger ledger = new Ledger();
    private long clock = 1_000 * SECOND;
    private int deliveries;

    @Test
    void a_confirmed_and_processed_message_is_clean() {
        published("a", Outcome.CONFIRMED);
        delivered("a", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.published());
        assertEquals(1, report.confirmed());
        assertEquals(1, report.received());
    }

    @Test
    void a_confirmed_message_that_nobody_saw_is_lost() {
        published("a", Outcome.CONFIRMED);
        published("b", Outcome.CONFIRMED);
        delivered("b", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertEquals(1, report.lost());
        assertEquals(List.of("a never delivered"), report.examples(Finding.LOST));
        assertFalse(report.clean());
        assertTrue(report.toString().contains("a never delivered"), report.toString());
    }

    @Test
    void a_confirmed_message_whose_work_only_failed_is_lost() {
        published("a", Outcome.CONFIRMED);
        delivered("a", false);
        assertEquals(
                List.of("a failed, not retried"),
                ledger.reconcile(List.of()).examples(Finding.LOST));
    }

    @Test
    void a_confirmed_message_whose_consumer_crashed_is_lost_when_it_does_not_come_again() {
        published("a", Outcome.CONFIRMED);
        begun("a", false, false);
        assertEquals(
                List.of("a delivered, work cut off"),
                ledger.reconcile(List.of()).examples(Finding.LOST));
    }

    @Test
    void an_unknown_message_that_nobody_saw_is_no_loss() {
        published("a", Outcome.UNKNOWN);
        published("b", Outcome.NACKED);
        attempt("c");
        LedgerReport report = ledger.reconcile(List.of());
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.unknown());
        assertEquals(1, report.nacked());
        assertEquals(1, report.unfinished());
    }

    @Test
    void an_unknown_message_that_arrives_is_no_phantom() {
        published("a", Outcome.UNKNOWN);
        published("b", Outcome.NACKED);
        attempt("c");
        delivered("a", true);
        delivered("b", true);
        delivered("c", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertTrue(report.clean(), report.toString());
    }

    @Test
    void a_message_that_is_still_in_the_broker_is_stuck_and_not_lost() {
        published("a", Outcome.CONFIRMED);
        LedgerReport report = ledger.reconcile(List.of(held("a", false)));
        assertEquals(1, report.stuck());
        assertEquals(0, report.lost());
        assertFalse(report.clean());
    }

    @Test
    void a_message_that_was_received_and_is_still_in_the_broker_is_a_pending_duplicate() {
        published("a", Outcome.CONFIRMED);
        delivered("a", true);
        LedgerReport report = ledger.reconcile(List.of(held("a", true)));
        assertEquals(1, report.duplicatesPending());
        assertEquals(0, report.stuck());
        assertEquals(
                List.of("a marked, but nothing failed"),
                report.examples(Finding.DUPLICATE_UNEXPLAINED));
    }

    @Test
    void a_retry_after_failed_work_is_no_duplicate_and_needs_no_mark() {
        published("a", Outcome.CONFIRMED);
        delivered("a", false);
        delivered("a", false);
        delivered("a", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertTrue(report.clean(), report.toString());
        assertEquals(3, report.deliveries());
        assertEquals(2, report.failedDeliveries());
        assertEquals(0, report.duplicatesExplained());
    }

    @Test
    void work_that_is_done_twice_without_any_failure_is_an_unexplained_duplicate() {
        published("a", Outcome.CONFIRMED);
        delivered("a", true);
        delivered("a", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertEquals(1, report.duplicatesUnexplained());
        assertEquals(
                List.of("a nothing failed, not marked"),
                report.examples(Finding.DUPLICATE_UNEXPLAINED));
        assertEquals(0, report.duplicatesExplained());
    }

    @Test
    void a_fault_explains_a_duplicate_only_with_a_mark() {
        published("a", Outcome.CONFIRMED);
        published("b", Outcome.CONFIRMED);
        delivered("a", true);
        delivered("b", true);
        fault("cut");
        delivered("a", true, true, false);
        delivered("b", true, false, false);
        LedgerReport report = ledger.reconcile(List.of());
        assertEquals(1, report.duplicatesExplained());
        assertEquals(List.of("b not marked"), report.examples(Finding.DUPLICATE_UNEXPLAINED));
        assertEquals(1, report.faults());
    }

    @Test
    void a_fault_long_before_the_first_delivery_explains_nothing() {
        fault("cut");
        clock += 10 * SECOND;
        published("a", Outcome.CONFIRMED);
        delivered("a", true);
        delivered("a", true, true, false);
        assertEquals(1, ledger.reconcile(List.of()).duplicatesUnexplained());
    }

    @Test
    void a_fault_that_never_ended_explains_what_came_later() {
        ledger.add(new LedgerEvent.FaultBegun(clock++, "server killed"));
        clock += 60 * SECOND;
        published("a", Outcome.CONFIRMED);
        delivered("a", true);
        delivered("a", true, true, false);
        assertEquals(1, ledger.reconcile(List.of()).duplicatesExplained());
    }

    @Test
    void an_unknown_publish_explains_a_marked_duplicate_even_when_the_marked_copy_came_first() {
        published("a", Outcome.UNKNOWN);
        published("a", Outcome.CONFIRMED);
        delivered("a", true, false, true);
        delivered("a", true, false, false);
        LedgerReport report = ledger.reconcile(List.of());
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.duplicatesExplained());
        assertEquals(1, report.published());
        assertEquals(1, report.confirmed());
        assertEquals(0, report.unknown());
        assertEquals(2, report.attempts());
    }

    @Test
    void work_that_was_cut_off_explains_a_redelivery() {
        published("a", Outcome.CONFIRMED);
        begun("a", false, false);
        delivered("a", true, true, false);
        LedgerReport report = ledger.reconcile(List.of());
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.duplicatesExplained());
    }

    @Test
    void a_message_that_was_returned_or_not_sent_is_a_phantom_when_it_is_seen() {
        published("a", Outcome.RETURNED);
        published("b", Outcome.NOT_SENT);
        published("c", Outcome.RETURNED);
        delivered("a", true);
        LedgerReport report = ledger.reconcile(List.of(held("b", false)));
        assertEquals(2, report.phantom());
        assertEquals(2, report.returned());
        assertEquals(1, report.notSent());
    }

    @Test
    void a_message_that_was_sent_again_after_not_sent_is_no_phantom() {
        published("a", Outcome.NOT_SENT);
        published("a", Outcome.CONFIRMED);
        delivered("a", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertTrue(report.clean(), report.toString());
    }

    @Test
    void a_message_that_nobody_published_is_a_phantom() {
        delivered("x", true);
        LedgerReport report = ledger.reconcile(List.of(held("", false)));
        assertEquals(2, report.phantom());
    }

    @Test
    void a_rolled_back_message_is_a_phantom_when_it_is_seen_and_clean_when_it_is_not() {
        attempt("a");
        attempt("b");
        transaction("a", false);
        transaction("b", false);
        delivered("a", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertEquals(1, report.rolledBackButSeen());
        assertEquals(1, report.phantom());
        assertEquals(2, report.rolledBack());
    }

    @Test
    void a_message_that_was_rolled_back_and_then_committed_is_clean() {
        attempt("a");
        transaction("a", false);
        attempt("a");
        transaction("a", true);
        delivered("a", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertTrue(report.clean(), report.toString());
    }

    @Test
    void a_committed_message_without_a_trace_was_never_published() {
        attempt("a");
        transaction("a", true);
        published("b", Outcome.NOT_SENT);
        transaction("b", true);
        published("c", Outcome.UNKNOWN);
        transaction("c", true);
        LedgerReport report = ledger.reconcile(List.of());
        assertEquals(2, report.committedNeverPublished());
        assertEquals(0, report.lost());
        assertFalse(report.clean());
    }

    @Test
    void every_published_message_counts_under_exactly_one_outcome() {
        for (Outcome outcome : Outcome.values()) {
            published("once-" + outcome, outcome);
            published("twice-" + outcome, outcome);
            published("twice-" + outcome, Outcome.NOT_SENT);
        }
        attempt("open");
        LedgerReport report = ledger.reconcile(List.of());
        assertEquals(
                report.published(),
                report.confirmed()
                        + report.returned()
                        + report.nacked()
                        + report.unknown()
                        + report.notSent()
                        + report.unfinished());
    }

    @Test
    void examples_are_bounded_and_counts_are_not() {
        for (int i = 0; i < 100; i++) {
            published("m" + i, Outcome.CONFIRMED);
        }
        LedgerReport report = ledger.reconcile(List.of());
        assertEquals(100, report.lost());
        assertEquals(20, report.examples(Finding.LOST).size());
    }

    private void attempt(String id) {
        ledger.add(new LedgerEvent.AttemptBegun(clock++, id));
    }

    private void published(String id, Outcome outcome) {
        attempt(id);
        ledger.add(new LedgerEvent.AttemptEnded(clock++, id, outcome));
    }

    private void transaction(String id, boolean committed) {
        ledger.add(new LedgerEvent.TransactionEnded(clock++, id, committed));
    }

    private void delivered(String id, boolean ok) {
        delivered(id, ok, false, false);
    }

    private void delivered(String id, boolean ok, boolean redelivered, boolean possibleDuplicate) {
        String token = begun(id, redelivered, possibleDuplicate);
        ledger.add(new LedgerEvent.DeliveryEnded(clock++, id, token, ok));
    }

    private String begun(String id, boolean redelivered, boolean possibleDuplicate) {
        String token = "d" + deliveries++;
        ledger.add(
                new LedgerEvent.DeliveryBegun(clock++, id, token, redelivered, possibleDuplicate));
        return token;
    }

    private void fault(String name) {
        ledger.add(new LedgerEvent.FaultBegun(clock++, name));
        ledger.add(new LedgerEvent.FaultEnded(clock++, name));
    }

    private static HeldMessage held(String id, boolean redelivered) {
        return new HeldMessage(id, "q", redelivered, false);
    }
}
