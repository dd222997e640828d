package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import jakarta.transaction.UserTransaction;

/** Receives from {@code it.bean-managed} and manages its transactions itself. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(
                    propertyName = "destination",
                    propertyValue = "it.bean-managed"),
            @ActivationConfigProperty(propertyName = "maxSession", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "retryDelay", propertyValue = "500")
        })
@TransactionManagement(TransactionManagementType.BEAN)
public class BeanManagedListener implements MqMessageListener {

    @Resource private UserTransaction transaction;
    @Inject @MqTarget private MqPublisher publisher;
    @Inject private Work work;

    @Override
    public void onMessage(MqMessage message) throws Exception {
        int attempt = work.begin(message);
        boolean done = false;
        transaction.setTransactionTimeout(Script.of(message).timeout());
        transaction.begin();
        try {
            work.perform(message, attempt, publisher, transaction::setRollbackOnly);
            done = true;
        } finally {
            if (!done) {
                transaction.rollback();
            }
        }
        // Throws when it was marked: nobody else would say that the work was not done.
        transaction.commit();
    }
}
