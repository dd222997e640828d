package io.leveret.cdi;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.CompletionStage;
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

    @Override
    public void publishAll(List<MqMessage> messages) {
        delegate(first(messages)).publishAll(messages);
    }

    @Override
    public void publishAll(String routingKey, List<MqMessage> messages) {
        delegate(first(messages)).publishAll(routingKey, messages);
    }

    @Override
    public void publishAll(String exchange, String routingKey, List<MqMessage> messages) {
        delegate(first(messages)).publishAll(exchange, routingKey, messages);
    }

    private static MqMessage first(List<MqMessage> messages) {
        return messages.isEmpty() ? null : messages.get(0);
    }

    @Override
    public CompletionStage<Void> publishAsync(MqMessage message) {
        return delegate(message).publishAsync(message);
    }

    @Override
    public CompletionStage<Void> publishAsync(String routingKey, MqMessage message) {
        return delegate(message).publishAsync(routingKey, message);
    }

    @Override
    public CompletionStage<Void> publishAsync(
            String exchange, String routingKey, MqMessage message) {
        return delegate(message).publishAsync(exchange, routingKey, message);
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
