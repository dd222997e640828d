package io.leveret.it.servers.many;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;

/** Receives from the second broker: the deployment binds it to that resource adapter instance. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "many.in"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1")
        })
public class SecondListener implements MqMessageListener {

    @Inject private Received received;

    @Override
    public void onMessage(MqMessage message) {
        received.add(message.messageId());
    }
}
