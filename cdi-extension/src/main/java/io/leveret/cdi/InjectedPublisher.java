package io.leveret.cdi;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import java.io.Serializable;
import javax.naming.NamingException;

/**
 * What is injected: a publisher that finds its connection factory at the first call, and again at
 * the first call after it was passivated.
 *
 * <p>Thread-safe; two first calls at once may create two publishers, which costs nothing and
 * differs in nothing.
 */
final class InjectedPublisher implements MqPublisher, Serializable {

    private static final long serialVersionUID = 1L;

    private final PublisherTarget target;

    /** Belongs to this process: factories and what they make do not travel. */
    private transient volatile MqPublisher delegate;

    InjectedPublisher(PublisherTarget target) {
        this.target = target;
    }

    @Override
    public void publish(MqMessage message) {
        delegate(message).publish(message);
    }

    @Override
    public void publish(String routingKey, MqMessage message) {
        delegate(message).publish(routingKey, message);
    }

    @Override
    public void publish(String exchange, String routingKey, MqMessage message) {
        delegate(message).publish(exchange, routingKey, message);
    }

    private MqPublisher delegate(MqMessage message) {
        MqPublisher publisher = delegate;
        if (publisher == null) {
            publisher = create(message);
            delegate = publisher;
        }
        return publisher;
    }

    private MqPublisher create(MqMessage message) {
        try {
            return FactoryLookup.find(target.factories()).createPublisher(target.options());
        } catch (NamingException e) {
            throw new MqPublishException(
                    MqOutcome.NOT_SENT,
                    message == null ? null : message.messageId(),
                    "no connection factory: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public String toString() {
        return "MqPublisher[exchange="
                + target.options().exchange()
                + ", routingKey="
                + target.options().routingKey()
                + ", connectionFactory="
                + FactoryLookup.list(target.factories())
                + "]";
    }
}
