package io.leveret.it.app;

import io.leveret.MqFailure;
import io.leveret.MqFailureListener;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.MessageDrivenContext;
import jakarta.inject.Inject;

/**
 * Receives from {@code it.caring}, which it declares, and tries a message twice. What has failed
 * then it publishes to {@code it.cared}, and fails at that too where the message asks for it.
 */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destination", propertyValue = "it.caring"),
            @ActivationConfigProperty(propertyName = "topologyMode", propertyValue = "DECLARE"),
            @ActivationConfigProperty(
                    propertyName = "queueOptions",
                    propertyValue = "type=classic"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "1"),
            @ActivationConfigProperty(propertyName = "maxAttempts", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "200")
        })
public class CaringListener implements MqFailureListener {

    @Resource private MessageDrivenContext context;
    @Inject @MqTarget private MqPublisher publisher;
    @Inject private Work work;

    @Override
    public void onMessage(MqMessage message) throws Exception {
        work.perform(message, work.begin(message), publisher, context::setRollbackOnly);
    }

    @Override
    public void onFailure(MqFailure failure) {
        publisher.publish(
                "it.cared",
                MqMessage.builder()
                        .messageId(failure.message().messageId())
                        .body(failure.message().body())
                        .header("it-attempts", failure.attempts())
                        .header("it-reason", failure.reason())
                        .header("it-cause", String.valueOf(failure.cause()))
                        .build());
        if (failure.message().headers().containsKey("it-careless")) {
            context.setRollbackOnly();
        }
    }
}
