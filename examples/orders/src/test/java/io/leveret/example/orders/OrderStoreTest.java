package io.leveret.example.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class OrderStoreTest {

    private final OrderStore store = new OrderStore();

    @Test
    void anOrderIsFoundAsItWasLastChanged() {
        store.add(new Order("1", "carrot", 3, false, 0));
        store.change("1", Order::delivered);
        store.change("1", Order::done);
        assertEquals(Optional.of(new Order("1", "carrot", 3, true, 1)), store.find("1"));
        assertEquals(1, store.all().size());
    }

    @Test
    void anUnknownOrderIsNotChanged() {
        assertTrue(store.change("1", Order::done).isEmpty());
        assertTrue(store.all().isEmpty());
    }
}
