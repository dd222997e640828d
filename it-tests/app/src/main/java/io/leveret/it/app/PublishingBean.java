package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.annotation.Resource;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;

/** An enterprise bean that publishes, inside and outside a transaction. */
@Stateless
public class PublishingBean {

    @Resource private SessionContext context;
    @Inject @MqTarget private MqPublisher publisher;
    @Inject private Rows rows;
    @Inject private Gates gates;

    /** Publishes without a transaction: when this returns, the outcome is known. */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public Attempt publish(String exchange, String key, MqMessage message) {
        return Attempt.of(Attempt.CONFIRMED, () -> publisher.publish(exchange, key, message));
    }

    /**
     * Publishes and inserts a row in one transaction, then waits at a gate, then ends the
     * transaction.
     */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public Attempt inTransaction(String key, MqMessage message, boolean commit, String gate) {
        Attempt attempt = Attempt.of(Attempt.ENLISTED, () -> publisher.publish(key, message));
        rows.insert(Rows.Source.DEFAULT, message.messageId(), 1);
        if (gate != null) {
            gates.await(gate);
        }
        if (!commit) {
            context.setRollbackOnly();
        }
        return attempt;
    }
}
