package io.leveret.example.orders;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * All orders, in memory: a real shop has a database here. Thread-safe.
 *
 * <p>Memory does not roll back by itself, so an order whose transaction fails is removed again.
 */
@ApplicationScoped
public class OrderStore {

    private final Map<String, Order> orders = new ConcurrentHashMap<>();

    /** Called by the container. */
    public OrderStore() {}

    void add(Order order) {
        orders.put(order.id(), order);
    }

    void forget(@Observes(during = TransactionPhase.AFTER_FAILURE) Order order) {
        orders.remove(order.id());
    }

    Optional<Order> find(String id) {
        return Optional.ofNullable(orders.get(id));
    }

    List<Order> all() {
        return List.copyOf(orders.values());
    }

    /** Changes an order; empty when there is none, as after a restart of the server. */
    Optional<Order> change(String id, UnaryOperator<Order> change) {
        return Optional.ofNullable(
                orders.computeIfPresent(id, (key, order) -> change.apply(order)));
    }
}
