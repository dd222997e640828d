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
    @Inject private Journal journal;
    @Inject private Ledgers ledgers;
    @Inject private Rows rows;

    @Override
    public void onMessage(MqMessage message) throws Exception {
        Script script = Script.of(message);
        String id = message.messageId();
        int attempt = journal.begin(id, message.possibleDuplicate());
        ledgers.received(message, script.publishTo() != null);
        if (script.row()) {
            rows.insert(id, attempt);
        }
        if (script.publishTo() != null) {
            MqMessage copy =
                    MqMessage.builder()
                            .messageId(id)
                            .body(message.body())
                            .header("it-attempt", attempt)
                            .build();
            publisher.publish(script.publishTo(), copy);
        }
        if (script.failsAt(attempt)) {
            fail(script.failure(), id, attempt);
        }
    }

    private void fail(Script.Failure failure, String id, int attempt) throws Exception {
        String reason = "attempt " + attempt + " of " + id + " was asked to fail";
        switch (failure) {
            case RUNTIME -> throw new IllegalStateException(reason);
            case CHECKED -> throw new RefusedException(reason);
            case ROLLBACK_ONLY -> context.setRollbackOnly();
        }
    }
}
