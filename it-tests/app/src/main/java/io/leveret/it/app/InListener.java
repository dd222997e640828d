package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.inject.Inject;

/** Receives from {@code it.in} and does what the message's {@link Script} says. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "it.in"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "prefetch", propertyValue = "10"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "500")
        })
public class InListener implements MqMessageListener {

    @Resource private MessageDrivenContext context;
    @Inject @MqTarget private MqPublisher publisher;
    @Inject private Ledgers ledgers;
    @Inject private Work work;

    @Override
    public void onMessage(MqMessage message) throws Exception {
        int attempt = work.begin(message);
        ledgers.received(message, Script.of(message).publishTo() != null);
        work.perform(message, attempt, publisher, context::setRollbackOnly);
    }
}
