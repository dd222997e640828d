package io.leveret;

/**
 * Receives messages; the listener type of Leveret's message-driven beans.
 *
 * <pre>{@code
 * @MessageDriven(activationConfig =
 *     @ActivationConfigProperty(propertyName = "destination", propertyValue = "orders"))
 * public class OrderListener implements MqMessageListener {
 *     public void onMessage(MqMessage message) {
 *         // a normal return acknowledges, after the transaction has committed
 *     }
 * }
 * }</pre>
 */
public interface MqMessageListener {

    /**
     * Handles one message. A normal return acknowledges it, once the transaction that the container
     * runs the method in has committed. A rollback, or any exception, makes it come again after
     * {@code retryDelay}, until {@code maxAttempts} are used up; then it is parked.
     *
     * @param message the message, never null
     * @throws Exception any exception counts as a failure, checked ones too
     */
    void onMessage(MqMessage message) throws Exception;
}
