package io.leveret.it.servers.many;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;

/** Receives from the broker of a factory; its own resource adapter leads nowhere. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "sets.tokens"),
            @ActivationConfigProperty(
                    propertyName = "connectionFactoryLookup",
                    propertyValue = "${it.jndi}tokens"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1")
        })
public class TokensListener implements MqMessageListener {

    @Inject private Received received;

    @Override
    public void onMessage(MqMessage message) {
        received.add(message.messageId());
    }
}
