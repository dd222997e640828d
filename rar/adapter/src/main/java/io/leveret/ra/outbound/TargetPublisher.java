package io.leveret.ra.outbound;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.settings.PublishSettings;
import jakarta.resource.ResourceException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * What publishers have in common: a target that calls need not name, and the settings of the
 * factory that they belong to. Thread-safe.
 */
abstract class TargetPublisher implements MqPublisher {

    final MqManagedConnectionFactory factory;
    final MqPublisherOptions options;
    private final MessageIds ids = new MessageIds();

    TargetPublisher(MqManagedConnectionFactory factory, MqPublisherOptions options) {
        this.factory = factory;
        this.options = options;
    }

    // --- the target ---

    @Override
    public final void publish(MqMessage message) {
        publish(targetKey(), message);
    }

    @Override
    public final void publish(String routingKey, MqMessage message) {
        publish(targetExchange(), routingKey, message);
    }

    @Override
    public final void publishAll(List<MqMessage> messages) {
        publishAll(targetKey(), messages);
    }

    @Override
    public final void publishAll(String routingKey, List<MqMessage> messages) {
        publishAll(targetExchange(), routingKey, messages);
    }

    @Override
    public final CompletionStage<Void> publishAsync(MqMessage message) {
        return publishAsync(targetKey(), message);
    }

    @Override
    public final CompletionStage<Void> publishAsync(String routingKey, MqMessage message) {
        return publishAsync(targetExchange(), routingKey, message);
    }

    private String targetKey() {
        if (options.routingKey() == null) {
            throw new IllegalStateException(
                    "the publisher has no target: name exchange and routing key in the call");
        }
        return options.routingKey();
    }

    private String targetExchange() {
        return Objects.requireNonNullElse(options.exchange(), "");
    }

    // --- batches ---

    @Override
    public final void publishAll(String exchange, String routingKey, List<MqMessage> messages) {
        if (messages.isEmpty()) {
            return;
        }
        Terms terms = terms(messages.get(0));
        Deadline deadline = terms.begin();
        Batch batch = new Batch(messages.size(), terms, deadline);
        try {
            List<Batch.Item> all = items(exchange, routingKey, messages, batch);
            if (!all.isEmpty()) {
                publishAll(all, batch, terms, deadline);
            }
        } finally {
            Reference.reachabilityFence(factory); // outside a server, the threads end with it
        }
        batch.end();
    }

    /** Checks and translates; those that cannot be sent as they are fail at once. */
    private List<Batch.Item> items(
            String exchange, String routingKey, List<MqMessage> messages, Batch batch) {
        List<Batch.Item> all = new ArrayList<>();
        int index = 0;
        for (MqMessage message : messages) {
            FactoryStatus status = status(message);
            try {
                all.add(batch.item(index, publication(exchange, routingKey, message, status)));
            } catch (MqPublishException e) {
                batch.failed(index, status, e);
            }
            index++;
        }
        return all;
    }

    /** Publishes, or enlists, what can be sent; at least one. */
    abstract void publishAll(List<Batch.Item> all, Batch batch, Terms terms, Deadline deadline);

    // --- the factory's settings, which may be wrong ---

    /** Something that depends on the factory's settings. */
    interface FromSettings<T> {
        T of(MqManagedConnectionFactory factory) throws ResourceException;
    }

    final <T> T settings(MqMessage message, FromSettings<T> what) {
        try {
            return what.of(factory);
        } catch (ResourceException e) {
            throw new MqPublishException(
                    MqOutcome.NOT_SENT, message.messageId(), Causes.text(e), e);
        }
    }

    final FactoryStatus status(MqMessage message) {
        return settings(message, MqManagedConnectionFactory::status);
    }

    final Terms terms(MqMessage message) {
        return Terms.of(options, settings(message, MqManagedConnectionFactory::publishing));
    }

    final Publication publication(
            String exchange, String routingKey, MqMessage message, FactoryStatus status) {
        PublishSettings settings = settings(message, MqManagedConnectionFactory::publishing);
        return Publication.of(exchange, routingKey, message, ids, settings, status);
    }
}
