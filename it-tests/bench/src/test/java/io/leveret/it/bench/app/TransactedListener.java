package io.leveret.it.bench.app;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.it.bench.load.Round;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;

/** Leveret's bean, each delivery in a transaction of its own. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "bench"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "4"),
            @ActivationConfigProperty(propertyName = "prefetch", propertyValue = "50")
        })
@TransactionAttribute(TransactionAttributeType.REQUIRED)
public class TransactedListener implements MqMessageListener {

    @Override
    public void onMessage(MqMessage message) {
        Round.current().take(message.body());
    }
}
