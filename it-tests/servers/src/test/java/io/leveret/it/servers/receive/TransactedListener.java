package io.leveret.it.servers.receive;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;

/** Works in a transaction with nothing else in it. */
@MessageDriven(
        activationConfig =
                @ActivationConfigProperty(
                        propertyName = "destination",
                        propertyValue = "receive.transacted"))
public class TransactedListener implements MqMessageListener {

    @Inject private Books books;

    @Override
    public void onMessage(MqMessage message) {
        books.followTransaction(books.begin("transacted", message));
    }
}
