package io.leveret.it.servers.refused;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;

/** Has a bad value in every setting, and no destination. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "addresses", propertyValue = "host:port:"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "many"),
            @ActivationConfigProperty(propertyName = "prefetch", propertyValue = "0"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "-1")
        })
public class BadSettingsListener implements MqMessageListener {

    @Override
    public void onMessage(MqMessage message) {
        // never deployed
    }
}
