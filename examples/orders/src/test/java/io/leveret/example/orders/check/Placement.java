package io.leveret.example.orders.check;

import io.leveret.it.ledger.Outcome;
import java.util.UUID;

/**
 * How one attempt to place an order ended.
 *
 * @param orderId the order's id; a made-up one where the answer names none
 * @param outcome what the customer may rely on: CONFIRMED is the promise to process the order
 * @param result "accepted", or the HTTP status and the publish outcome, or the exception's name
 */
record Placement(String orderId, Outcome outcome, String result) {

    static Placement accepted(String orderId) {
        return new Placement(orderId, Outcome.CONFIRMED, "accepted");
    }

    /** An order that was refused, and with which outcome. */
    static Placement refused(String orderId, Outcome outcome, int status) {
        return new Placement(orderId, outcome, status + " " + outcome);
    }

    /** Nobody knows which order this was, if any: should it be processed, it is a phantom. */
    static Placement unanswered(String result) {
        return new Placement("unanswered-" + UUID.randomUUID(), Outcome.UNKNOWN, result);
    }

    boolean accepted() {
        return outcome == Outcome.CONFIRMED;
    }
}
