package io.leveret.example.orders.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.ledger.Finding;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.LedgerReport;
import io.leveret.it.ledger.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plants in a shop's ledger what the check has to find. */
class OrderLedgerTest {

    private static final Books.Entry DONE = new Books.Entry("1", true, 1);

    @TempDir private Path folder;

    @Test
    void anOrderProcessedAtItsThirdDeliveryIsClean() throws IOException {
        LedgerReport report =
                report(List.of(new Books.Entry("1", true, 3)), Placement.accepted("1"));
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.received());
        assertEquals(3, report.deliveries());
        assertEquals(2, report.failedDeliveries());
    }

    @Test
    void anAcceptedOrderThatTheApplicationDoesNotKnowIsLost() throws IOException {
        LedgerReport report =
                report(List.of(DONE), Placement.accepted("1"), Placement.accepted("2"));
        assertEquals(List.of("2 never delivered"), report.examples(Finding.LOST));
    }

    @Test
    void anAcceptedOrderThatIsDeliveredButNotProcessedIsLost() throws IOException {
        LedgerReport report =
                report(List.of(new Books.Entry("1", false, 1)), Placement.accepted("1"));
        assertEquals(List.of("1 delivered, work cut off"), report.examples(Finding.LOST));
    }

    @Test
    void anAcceptedOrderThatTheBrokerStillHoldsIsStuck() throws IOException {
        List<HeldMessage> held = List.of(new HeldMessage("1", "orders", false, false));
        try (OrderLedger ledger = ledger(Placement.accepted("1"))) {
            LedgerReport report =
                    ledger.reconcile(new Books(List.of(new Books.Entry("1", false, 0))), held);
            assertEquals(List.of("1"), report.examples(Finding.STUCK));
            assertEquals(0, report.lost());
        }
    }

    @Test
    void aFailedPlacementIsNoLossAndIsCountedByItsOutcome() throws IOException {
        LedgerReport report =
                report(
                        List.of(),
                        Placement.refused("1", Outcome.NOT_SENT, 503),
                        Placement.unanswered("HttpTimeoutException"));
        assertTrue(report.clean(), report.toString());
        assertEquals(1, report.notSent());
        assertEquals(1, report.unknown());
    }

    @Test
    void anOrderThatWasRefusedAndIsProcessedAllTheSameIsAPhantom() throws IOException {
        LedgerReport report = report(List.of(DONE), Placement.refused("1", Outcome.NOT_SENT, 503));
        assertEquals(List.of("1 not sent"), report.examples(Finding.PHANTOM));
    }

    private LedgerReport report(List<Books.Entry> orders, Placement... placements)
            throws IOException {
        try (OrderLedger ledger = ledger(placements)) {
            return ledger.reconcile(new Books(orders), List.of());
        }
    }

    private OrderLedger ledger(Placement... placements) throws IOException {
        OrderLedger ledger = new OrderLedger(folder);
        for (Placement placement : placements) {
            ledger.placed(LedgerLog.now(), placement);
        }
        return ledger;
    }
}
