package io.leveret.example.orders.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.ledger.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class PhasesTest {

    private static final Placement SOLD = Placement.accepted("1");
    private static final Placement FAILED = Placement.refused("2", Outcome.NOT_SENT, 503);

    private final Phases phases = new Phases();

    @Test
    void aPhaseWithoutAcceptedOrdersIsNoticed() {
        phases.add("calm", List.of(SOLD));
        assertTrue(phases.everyPhaseSold());
        phases.add("after", List.of(FAILED));
        assertFalse(phases.everyPhaseSold());
    }

    @Test
    void theTableCountsByPhaseAndListsFailuresByOutcome() {
        phases.add("calm", List.of(SOLD, FAILED, FAILED));
        assertEquals(
                List.of(
                        "phase                       placed  accepted  failed",
                        "calm                             3         1       2",
                        "failed with 503 NOT_SENT: 2"),
                phases.table().lines().toList());
    }
}
