package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;

/** Receives from {@code it.slow}, a queue that most tests leave missing. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "it.slow"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1")
        })
public class SlowListener implements MqMessageListener {

    @Inject private Journal journal;

    @Override
    public void onMessage(MqMessage message) {
        journal.begin(message.messageId(), message.possibleDuplicate());
    }
}
