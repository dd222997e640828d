package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;

/** Receives from {@code it.no-transaction} and works without a transaction. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(
                    propertyName = "destination",
                    propertyValue = "it.no-transaction"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "500")
        })
public class NoTransactionListener implements MqMessageListener {

    @Inject @MqTarget private MqPublisher publisher;
    @Inject private Work work;

    @Override
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void onMessage(MqMessage message) throws Exception {
        work.perform(
                message,
                work.begin(message),
                publisher,
                () -> {
                    throw new IllegalStateException("there is nothing to roll back");
                });
    }
}
