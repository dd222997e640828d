package io.leveret;

/**
 * Receives messages, and takes care of those that have failed for the last time; a listener type of
 * Leveret's message-driven beans.
 *
 * <pre>{@code
 * @MessageDriven(activationConfig =
 *     @ActivationConfigProperty(propertyName = "destination", propertyValue = "orders"))
 * public class OrderListener implements MqFailureListener {
 *     public void onMessage(MqMessage message) { ... }
 *     public void onFailure(MqFailure failure) {
 *         rejectedOrders.store(failure.message().text(), failure.reason()); // and it is done with
 *     }
 * }
 * }</pre>
 */
public interface MqFailureListener extends MqMessageListener {

    /**
     * Handles one message, as every listener does. Declared here once more: Payara knows the
     * transaction attributes only of methods that the listener type itself declares.
     *
     * @param message the message, never null
     * @throws Exception any exception counts as a failure, checked ones too
     */
    @Override
    void onMessage(MqMessage message) throws Exception;

    /**
     * Takes care of one message whose last try has failed: {@code maxAttempts} are used up, or
     * {@code abortOn} names its exception. Called by the session that has tried it, after the
     * transaction of that try was rolled back, and with the same transaction attribute, so in a
     * transaction of its own when that is {@code REQUIRED}. A normal return acknowledges the
     * message, once that transaction has committed.
     *
     * <p>When it fails, by any exception or a rollback, the message is parked (or dead-lettered, as
     * {@code atEnd} says). Like a listener it may be called twice for one message when a failure of
     * the connection hides how it ended. It is not called for what no listener can have, nor with
     * {@code ackMode=ON_RECEIPT_MAY_LOSE}, where nothing comes again.
     *
     * @param failure the message and why it has failed, never null
     * @throws Exception any exception counts as a failure, checked ones too
     */
    void onFailure(MqFailure failure) throws Exception;
}
