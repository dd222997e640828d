package io.leveret.it.bench.app;

import io.leveret.it.bench.container.ContainerListener;
import io.leveret.it.bench.container.ContainerMessage;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;

/** The bean of the adapter without a broker, each delivery without a transaction. */
@MessageDriven
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class ContainerNotTransacted implements ContainerListener {

    @Override
    public void onMessage(ContainerMessage message) {
        message.take();
    }
}
