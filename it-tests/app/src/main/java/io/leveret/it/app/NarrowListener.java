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
 * Receives from {@code it.narrow} in more sessions than the bean has instances where the server's
 * descriptor can say so.
 */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "it.narrow"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "4"),
            @ActivationConfigProperty(propertyName = "prefetch", propertyValue = "5"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "500")
        })
public class NarrowListener implements MqMessageListener {

    @Resource private MessageDrivenContext context;
    @Inject @MqTarget private MqPublisher publisher;
    @Inject private Work work;

    @Override
    public void onMessage(MqMessage message) throws Exception {
        work.perform(message, work.begin(message), publisher, context::setRollbackOnly);
    }
}
