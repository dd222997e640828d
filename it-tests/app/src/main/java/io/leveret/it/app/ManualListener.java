package io.leveret.it.app;

import io.leveret.MqDelivery;
import io.leveret.MqDeliveryListener;
import io.leveret.MqMessage;
import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.inject.Inject;

/**
 * Receives from {@code it.manual}, a queue that most tests leave missing, and hands each delivery
 * to another thread, which settles it when the gate of the message's id is open.
 */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "it.manual"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "500")
        })
public class ManualListener implements MqDeliveryListener {

    @Resource private ManagedExecutorService executor;
    @Inject private Journal journal;
    @Inject private Gates gates;

    @Override
    public void onDelivery(MqDelivery delivery) {
        MqMessage message = delivery.message();
        int attempt = journal.begin(message.messageId(), message.possibleDuplicate());
        boolean fails = Script.of(message).failsAt(attempt);
        executor.execute(
                () -> {
                    gates.await(message.messageId());
                    if (fails) {
                        delivery.reject();
                    } else {
                        delivery.ack();
                    }
                });
    }
}
