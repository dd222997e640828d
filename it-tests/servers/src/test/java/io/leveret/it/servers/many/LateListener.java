package io.leveret.it.servers.many;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;

/** Receives from the broker of a factory that is not there when it deploys. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "sets.late"),
            @ActivationConfigProperty(
                    propertyName = "connectionFactoryLookup",
                    propertyValue = "${it.jndi}late"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1")
        })
public class LateListener implements MqMessageListener {

    @Inject private Received received;

    @Override
    public void onMessage(MqMessage message) {
        received.add(message.messageId());
    }
}
