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

/**
 * Receives from {@code it.hasty} in transactions that may take one second: Payara's descriptor says
 * so, and WildFly's, which knows no such thing for listeners, is told by the test.
 */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "it.hasty"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "500")
        })
public class HastyListener implements MqMessageListener {

    @Resource private MessageDrivenContext context;
    @Inject @MqTarget private MqPublisher publisher;
    @Inject private Work work;

    @Override
    public void onMessage(MqMessage message) throws Exception {
        work.perform(message, work.begin(message), publisher, context::setRollbackOnly);
    }
}
