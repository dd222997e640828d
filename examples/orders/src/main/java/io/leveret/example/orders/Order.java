package io.leveret.example.orders;

/**
 * An order. Immutable.
 *
 * @param id given when it was placed
 * @param item what is ordered
 * @param quantity how many
 * @param processed whether it has been processed
 * @param deliveries how often its message was delivered; more than 1 after a failure
 */
public record Order(String id, String item, int quantity, boolean processed, int deliveries) {

    /** One more delivery of its message. */
    Order delivered() {
        return new Order(id, item, quantity, processed, deliveries + 1);
    }

    /** Done; doing it twice changes nothing, because a message may come twice. */
    Order done() {
        return new Order(id, item, quantity, true, deliveries);
    }
}
