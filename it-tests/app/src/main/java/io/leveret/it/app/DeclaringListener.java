package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;

/** Receives from {@code it.declared}, and declares it with exchange and bindings. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "it.declared"),
            @ActivationConfigProperty(propertyName = "topologyMode", propertyValue = "DECLARE"),
            @ActivationConfigProperty(
                    propertyName = "exchanges",
                    propertyValue = "it.topics type=topic"),
            @ActivationConfigProperty(
                    propertyName = "bindings",
                    propertyValue = "it.topics: order.*, payment.#"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "2")
        })
public class DeclaringListener implements MqMessageListener {

    @Inject private Work work;

    @Override
    public void onMessage(MqMessage message) {
        work.begin(message);
    }
}
