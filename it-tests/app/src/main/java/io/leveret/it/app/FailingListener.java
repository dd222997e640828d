package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.MqPublisher;
import io.leveret.MqRetry;
import io.leveret.MqTarget;
import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.inject.Inject;

/** Receives from {@code it.failing}, which it declares, and tries a message three times. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "it.failing"),
            @ActivationConfigProperty(propertyName = "topologyMode", propertyValue = "DECLARE"),
            @ActivationConfigProperty(
                    propertyName = "queueOptions",
                    propertyValue = "type=classic"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1"),
            @ActivationConfigProperty(propertyName = "prefetch", propertyValue = "1"),
            @ActivationConfigProperty(propertyName = "maxAttempts", propertyValue = "3"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "1000")
        })
@MqRetry(abortOn = HopelessException.class)
public class FailingListener implements MqMessageListener {

    @Resource private MessageDrivenContext context;
    @Inject @MqTarget private MqPublisher publisher;
    @Inject private Work work;

    @Override
    public void onMessage(MqMessage message) throws Exception {
        work.perform(message, work.begin(message), publisher, context::setRollbackOnly);
    }
}
