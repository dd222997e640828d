package io.leveret.it.servers.receive;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;

/** Works without a transaction. */
@MessageDriven(
        activationConfig =
                @ActivationConfigProperty(
                        propertyName = "destination",
                        propertyValue = "receive.plain"))
public class PlainListener implements MqMessageListener {

    @Inject private Books books;

    @Override
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void onMessage(MqMessage message) {
        books.begin("plain", message).done();
    }
}
