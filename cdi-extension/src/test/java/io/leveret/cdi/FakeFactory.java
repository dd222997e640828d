package io.leveret.cdi;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqEvents;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.MqTransactionMode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.naming.Reference;

/** Remembers what is published through it as "exchange/routingKey/text". */
final class FakeFactory implements MqConnectionFactory {

    private static final long serialVersionUID = 1L;

    final transient List<String> published = new CopyOnWriteArrayList<>();
    final transient List<MqPublisherOptions> created = new CopyOnWriteArrayList<>();
    private final transient FakeEvents events;
    transient MqTransactionMode refused;

    FakeFactory() {
        this(new FakeEvents());
    }

    /** A factory of the resource adapter that these events are of; null means a stopped one. */
    FakeFactory(FakeEvents events) {
        this.events = events;
    }

    @Override
    public MqConnection getConnection() {
        throw new UnsupportedOperationException("not needed here");
    }

    @Override
    public MqConnection getConnection(String userName, String password) {
        throw new UnsupportedOperationException("not needed here");
    }

    @Override
    public MqPublisher createPublisher(MqPublisherOptions options) {
        if (options != null && refused != null && options.transactionMode() == refused) {
            throw new IllegalArgumentException(refused + " contradicts the factory");
        }
        created.add(options);
        return new NoPublisher() {
            @Override
            public void publish(MqMessage message) {
                publish(options.exchange(), options.routingKey(), message);
            }

            @Override
            public void publish(String routingKey, MqMessage message) {
                publish(options.exchange(), routingKey, message);
            }

            @Override
            public void publish(String exchange, String routingKey, MqMessage message) {
                published.add(exchange + "/" + routingKey + "/" + message.text());
            }

            @Override
            public void publishAll(List<MqMessage> messages) {
                messages.forEach(this::publish);
            }

            @Override
            public void publishAll(String routingKey, List<MqMessage> messages) {
                messages.forEach(m -> publish(routingKey, m));
            }

            @Override
            public void publishAll(String exchange, String routingKey, List<MqMessage> messages) {
                messages.forEach(m -> publish(exchange, routingKey, m));
            }

            @Override
            public CompletionStage<Void> publishAsync(MqMessage message) {
                publish(message);
                return CompletableFuture.completedStage(null);
            }

            @Override
            public CompletionStage<Void> publishAsync(String routingKey, MqMessage message) {
                publish(routingKey, message);
                return CompletableFuture.completedStage(null);
            }

            @Override
            public CompletionStage<Void> publishAsync(
                    String exchange, String routingKey, MqMessage message) {
                publish(exchange, routingKey, message);
                return CompletableFuture.completedStage(null);
            }
        };
    }

    @Override
    public MqEvents events() {
        if (events == null) {
            throw new IllegalStateException("the resource adapter is not started");
        }
        return events;
    }

    @Override
    public void setReference(Reference reference) {
        // nothing stores it
    }

    @Override
    public Reference getReference() {
        return null;
    }
}
