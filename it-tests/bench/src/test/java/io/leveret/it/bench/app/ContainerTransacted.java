package io.leveret.it.bench.app;

import io.leveret.it.bench.container.ContainerListener;
import io.leveret.it.bench.container.ContainerMessage;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;

/** The bean of the adapter without a broker, each delivery in a transaction of its own. */
@MessageDriven
@TransactionAttribute(TransactionAttributeType.REQUIRED)
public class ContainerTransacted implements ContainerListener {

    @Override
    public void onMessage(ContainerMessage message) {
        message.take();
    }
}
