package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.Outcome;
import io.leveret.it.servers.publish.Destination;
import io.leveret.it.servers.publish.Frame;
import io.leveret.it.servers.publish.Style;
import io.leveret.it.servers.publish.Ticket;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the judge lets pass, and what not. */
@Tag("wildfly")
class PublishJudgeTest {

    private static final long SECOND = 1_000_000;
    private static final long FAULT = 100 * SECOND;
    private static final long KILL = 200 * SECOND;

    private static final String REPORTED = ticket(Destination.ROUTED, Frame.COMMIT, 1).id();

    private PublishJudge judge;
    private final PublishTrail trail = new PublishTrail();

    @BeforeEach
    void setUp() {
        judge = new PublishJudge(Set.of(REPORTED));
        judge.warm(0);
        judge.fault(PublishFault.ROUTE_MISSING, FAULT, FAULT + SECOND);
        judge.fault(PublishFault.SERVER_KILL, KILL, KILL + SECOND);
    }

    private static Ticket ticket(Destination destination, Frame frame, int life) {
        return new Ticket(destination, Style.PUBLISH, frame, life, "1");
    }

    private static Ticket ticket(Frame frame) {
        return ticket(Destination.QUORUM, frame, 0);
    }

    private void begun(long time) {
        trail.add(new LedgerEvent.AttemptBegun(time, ""));
    }

    private void told(long time, Outcome outcome) {
        trail.add(new LedgerEvent.AttemptEnded(time, "", outcome));
    }

    private void ended(long time, boolean committed) {
        trail.add(new LedgerEvent.TransactionEnded(time, "", committed));
    }

    private void copies(int unmarked, int marked) {
        for (int i = 0; i < unmarked + marked; i++) {
            trail.found(i >= unmarked);
        }
    }

    private void assertFine(Ticket ticket) {
        assertNull(judge.reproach(ticket, trail));
    }

    private void assertWrong(Ticket ticket) {
        assertNotNull(judge.reproach(ticket, trail));
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void outside_a_transaction_the_outcome_says_whether_it_is_there(Outcome outcome) {
        begun(1);
        told(2, outcome);
        boolean missing = judge.reproach(ticket(Frame.PLAIN), trail) != null;
        copies(1, 0);
        boolean there = judge.reproach(ticket(Frame.NONE_ROLLBACK), trail) != null;

        assertEquals(outcome == Outcome.CONFIRMED, missing, "missing is wrong");
        boolean mayBeThere = outcome == Outcome.CONFIRMED || outcome == Outcome.UNKNOWN;
        assertEquals(!mayBeThere, there, "being there is wrong");
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"CONFIRMED", "UNKNOWN"})
    void outside_a_transaction_nothing_is_there_twice(Outcome outcome) {
        begun(1);
        told(2, outcome);
        copies(1, 1);
        assertWrong(ticket(Frame.PLAIN));
    }

    @Test
    void what_has_no_outcome_needs_a_kill() {
        begun(1);
        assertWrong(ticket(Destination.QUORUM, Frame.PLAIN, 1));
        assertWrong(ticket(Destination.QUORUM, Frame.COMMIT, 1));
        assertWrong(ticket(Destination.QUORUM, Frame.ROLLBACK, 1));
        assertFine(ticket(Frame.PLAIN));
        assertFine(ticket(Frame.COMMIT));
        assertFine(ticket(Frame.ROLLBACK));
    }

    @Test
    void what_was_rolled_back_is_not_there() {
        begun(1);
        ended(2, false);
        assertFine(ticket(Frame.ROLLBACK));
        assertFine(ticket(Frame.COMMIT));
        copies(0, 1);
        assertWrong(ticket(Frame.ROLLBACK));
        assertWrong(ticket(Frame.COMMIT));
    }

    @Test
    void what_was_committed_is_there() {
        begun(1);
        ended(2, true);
        assertWrong(ticket(Frame.COMMIT));
        copies(1, 0);
        assertFine(ticket(Frame.COMMIT));
        assertWrong(ticket(Frame.ROLLBACK));
    }

    @Test
    void a_repeated_one_needs_its_mark() {
        begun(FAULT);
        ended(FAULT, true);
        copies(1, 2);
        assertFine(ticket(Frame.COMMIT));
        assertEquals(1, judge.repeated());
        assertEquals(List.of(), judge.unprovoked());
        copies(1, 0);
        assertWrong(ticket(Frame.COMMIT));
    }

    @Test
    void a_mark_without_a_fault_is_counted() {
        begun(1);
        ended(2, true);
        copies(0, 1);
        assertFine(ticket(Frame.COMMIT));
        assertEquals(1, judge.unprovoked().size());
    }

    @Test
    void only_what_was_committed_just_before_a_kill_may_be_missing() {
        begun(1);
        ended(KILL - 3 * SECOND, true);
        assertWrong(ticket(Frame.COMMIT));
        ended(KILL, true);
        assertWrong(ticket(Destination.QUORUM, Frame.COMMIT, 1));
        assertFine(ticket(Frame.COMMIT));
        assertEquals(List.of(ticket(Frame.COMMIT).id()), judge.killed());
    }

    @Test
    void only_what_is_reported_and_had_no_route_may_be_missing() {
        Ticket reported = Ticket.of(REPORTED);
        begun(1);
        ended(2, true);
        assertWrong(reported);
        ended(FAULT, true);
        assertWrong(ticket(Destination.ROUTED, Frame.COMMIT, 0));
        assertWrong(reported);
        trail.parked(false);
        assertFine(reported);
        assertEquals(3, judge.givenBack(), "with and without a route, and without being parked");
        trail.parked(true);
        assertFine(reported);
        trail.parked(false);
        assertWrong(reported);
    }

    @Test
    void only_what_is_reported_is_parked() {
        begun(1);
        ended(FAULT, true);
        copies(1, 0);
        trail.parked(false);
        assertWrong(ticket(Frame.COMMIT));
        assertWrong(ticket(Frame.PLAIN));
        assertFine(Ticket.of(REPORTED));
    }

    @Test
    void what_a_local_transaction_commits_is_there_once_and_unmarked() {
        begun(FAULT);
        ended(FAULT, true);
        assertWrong(ticket(Frame.LOCAL_COMMIT));
        copies(1, 0);
        assertFine(ticket(Frame.LOCAL_COMMIT));
        assertWrong(ticket(Frame.LOCAL_ROLLBACK));
        assertWrong(ticket(Frame.LOCAL_COMMIT_ROW));
        trail.hasRow();
        assertFine(ticket(Frame.LOCAL_COMMIT_ROW));
        copies(1, 0);
        assertWrong(ticket(Frame.LOCAL_COMMIT_ROW));
    }

    @Test
    void what_a_local_transaction_publishes_is_never_marked() {
        begun(FAULT);
        ended(FAULT, true);
        copies(0, 1);
        assertWrong(ticket(Frame.LOCAL_COMMIT));
    }

    @Test
    void a_local_transaction_that_the_broker_makes_roll_back_may_leave_its_messages_once() {
        begun(1);
        ended(2, false);
        assertFine(ticket(Frame.LOCAL_COMMIT));
        copies(1, 0);
        assertFine(ticket(Frame.LOCAL_COMMIT));
        assertWrong(ticket(Frame.LOCAL_ROLLBACK));
        copies(1, 0);
        assertWrong(ticket(Frame.LOCAL_COMMIT));
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"RETURNED", "NACKED", "NOT_SENT"})
    void a_local_transaction_that_rolls_back_leaves_nothing_that_is_told_as_not_there(
            Outcome outcome) {
        begun(1);
        told(2, outcome);
        ended(3, false);
        assertFine(ticket(Frame.LOCAL_COMMIT));
        copies(1, 0);
        assertWrong(ticket(Frame.LOCAL_COMMIT));
    }

    @Test
    void a_local_transaction_without_an_end_needs_a_kill() {
        begun(1);
        assertWrong(ticket(Destination.QUORUM, Frame.LOCAL_COMMIT, 1));
        assertFine(ticket(Frame.LOCAL_COMMIT));
        copies(2, 0);
        assertWrong(ticket(Frame.LOCAL_COMMIT));
    }

    @Test
    void a_publish_that_could_not_join_is_not_there() {
        begun(1);
        told(2, Outcome.NOT_SENT);
        ended(3, true);
        assertFine(ticket(Frame.COMMIT));
        copies(1, 0);
        assertWrong(ticket(Frame.COMMIT));
    }

    @Test
    void what_was_committed_and_told_as_not_sent_is_lost() {
        begun(1);
        ended(2, true);
        told(3, Outcome.NOT_SENT);
        assertWrong(ticket(Frame.COMMIT));
    }

    @Test
    void rows_go_with_commits() {
        begun(1);
        ended(2, true);
        copies(1, 0);
        assertWrong(ticket(Frame.COMMIT_ROW));
        trail.hasRow();
        assertFine(ticket(Frame.COMMIT_ROW));
        assertWrong(ticket(Frame.COMMIT));
        assertWrong(ticket(Frame.NONE_ROLLBACK));
        ended(3, false);
        assertWrong(ticket(Frame.COMMIT_ROW));
    }

    @Test
    void a_row_tells_the_commit_that_a_kill_kept_out_of_the_ledger() {
        begun(1);
        assertFine(ticket(Frame.COMMIT_ROW));
        assertEquals(List.of(), judge.killed());
        trail.hasRow();
        assertFine(ticket(Frame.COMMIT_ROW));
        assertEquals(1, judge.killed().size());
    }

    @Test
    void what_nobody_has_published_is_wrong_wherever_it_is() {
        copies(1, 0);
        assertWrong(ticket(Frame.PLAIN));
    }
}
