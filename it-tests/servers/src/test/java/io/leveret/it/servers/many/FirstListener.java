package io.leveret.it.servers.many;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;

/** Receives from the broker of the server's settings. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "many.in"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1")
        })
public class FirstListener implements MqMessageListener {

    @Inject private Received received;

    @Override
    public void onMessage(MqMessage message) {
        received.add(message.messageId());
    }
}
