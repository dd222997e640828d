package io.leveret.example.orders;

import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.ejb.Stateless;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.json.Json;
import java.util.UUID;

/** Takes orders. Every method runs in a transaction of the container. */
@Stateless
public class OrderDesk {

    @Inject
    @MqTarget(routingKey = "orders")
    private MqPublisher publisher;

    @Inject private OrderStore store;
    @Inject private Event<Order> placed;

    /** Called by the container. */
    public OrderDesk() {}

    /**
     * Places an order. Its message leaves when this method's transaction has committed; when it
     * rolls back, there is no message. While the broker is away this waits for it, up to the
     * publish timeout. After the commit there is nobody left to tell: what the broker then gives
     * back, because the queue is missing, is reported in the server's log.
     *
     * @param request a valid request
     * @return the order, not processed yet
     * @throws io.leveret.MqPublishException when the message cannot be published; nothing is stored
     */
    public Order place(OrderRequest request) {
        String id = UUID.randomUUID().toString();
        Order order = new Order(id, request.item(), request.quantity(), false, 0);
        store.add(order);
        placed.fire(order);
        publisher.publish(message(order));
        return order;
    }

    /** The id is the message's as well: by it the receiver recognises a duplicate. */
    private static MqMessage message(Order order) {
        String body =
                Json.createObjectBuilder()
                        .add("id", order.id())
                        .add("item", order.item())
                        .add("quantity", order.quantity())
                        .build()
                        .toString();
        return MqMessage.builder()
                .messageId(order.id())
                .type("order")
                .contentType("application/json")
                .body(body)
                .build();
    }
}
