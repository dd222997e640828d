package io.leveret.example.orders;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;

/**
 * Processes what arrives in the queue {@code orders}. A normal return acknowledges the message,
 * after the commit; an exception makes it come again later.
 */
@MessageDriven(
        activationConfig =
                @ActivationConfigProperty(propertyName = "destination", propertyValue = "orders"))
public class OrderProcessor implements MqMessageListener {

    /** Shows what a failure does: not in stock at the first delivery, there at the second. */
    static final String OUT_OF_STOCK = "out of stock";

    private static final System.Logger LOG = System.getLogger(OrderProcessor.class.getName());

    @Inject private OrderStore store;

    /** Called by the container. */
    public OrderProcessor() {}

    OrderProcessor(OrderStore store) {
        this.store = store;
    }

    @Override
    public void onMessage(MqMessage message) {
        String id = read(message).getString("id");
        store.change(id, Order::delivered)
                .ifPresentOrElse(
                        this::process,
                        () -> LOG.log(System.Logger.Level.INFO, "order {0} is not ours", id));
    }

    private void process(Order order) {
        if (order.item().equals(OUT_OF_STOCK) && order.deliveries() == 1) {
            throw new IllegalStateException("order " + order.id() + " is out of stock");
        }
        store.change(order.id(), Order::done);
    }

    private static JsonObject read(MqMessage message) {
        try (JsonReader reader = Json.createReader(new StringReader(message.text()))) {
            return reader.readObject();
        }
    }
}
