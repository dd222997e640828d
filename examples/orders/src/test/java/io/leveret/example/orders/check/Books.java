package io.leveret.example.orders.check;

import java.util.List;

/** The application's view of its orders. Immutable. */
record Books(List<Entry> orders) {

    /**
     * One order.
     *
     * @param id its id
     * @param processed whether it has been processed
     * @param deliveries how often its message was delivered
     */
    record Entry(String id, boolean processed, int deliveries) {}

    Books {
        orders = List.copyOf(orders);
    }

    /** How many wait to be processed; one whose placement failed must not be there. */
    long open() {
        return orders.stream().filter(order -> !order.processed()).count();
    }

    /** How many were delivered more than once: after a failure, or after the outage. */
    long redelivered() {
        return orders.stream().filter(order -> order.deliveries() > 1).count();
    }
}
