package io.leveret.it.servers.receive;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;

/** Receives from a queue that is deleted and declared again. */
@MessageDriven(
        activationConfig =
                @ActivationConfigProperty(
                        propertyName = "destination",
                        propertyValue = "receive.spare"))
public class SpareListener implements MqMessageListener {

    @Inject private Books books;

    @Override
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void onMessage(MqMessage message) {
        books.begin("spare", message).done();
    }
}
