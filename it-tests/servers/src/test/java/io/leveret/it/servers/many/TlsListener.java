package io.leveret.it.servers.many;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;

/** Receives over TLS: the deployment binds it to a resource adapter that says so. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "sets.tls"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1")
        })
public class TlsListener implements MqMessageListener {

    @Inject private Received received;

    @Override
    public void onMessage(MqMessage message) {
        received.add(message.messageId());
    }
}
