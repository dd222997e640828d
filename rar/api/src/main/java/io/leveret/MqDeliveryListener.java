package io.leveret;

/**
 * Receives messages and settles each by itself; the listener type of message-driven beans that hand
 * their work on to somebody else, who knows when it is done.
 *
 * <pre>{@code
 * @MessageDriven(activationConfig =
 *     @ActivationConfigProperty(propertyName = "destination", propertyValue = "orders"))
 * public class OrderListener implements MqDeliveryListener {
 *     public void onDelivery(MqDelivery delivery) {
 *         warehouse.ship(delivery.message())          // a CompletionStage
 *                 .whenComplete((parcel, failure) -> {
 *                     if (failure == null) delivery.ack(); else delivery.reject();
 *                 });
 *     }
 * }
 * }</pre>
 *
 * <p>Where a normal return is to acknowledge, after the transaction has committed, use {@link
 * MqMessageListener}.
 */
public interface MqDeliveryListener {

    /**
     * Handles one delivery. A normal return settles nothing. When it throws, or the transaction
     * that the container runs it in does not commit, a delivery that is not settled by then is
     * rejected: see {@link MqDelivery#reject}.
     *
     * @param delivery the delivery, never null
     * @throws Exception any exception counts as a failure, checked ones too
     */
    void onDelivery(MqDelivery delivery) throws Exception;
}
