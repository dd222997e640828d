package io.leveret.it.bench.publish.client;

import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** By a publisher of a connection factory, without any settings. */
public final class FactoryPublishing implements Publishing {

    private final MqPublisher publisher;

    /** Creates the publisher. */
    public FactoryPublishing(MqConnectionFactory factory) {
        this.publisher = factory.createPublisher(MqPublisherOptions.defaults());
    }

    @Override
    public void publish(String queue, MqMessage message) {
        publisher.publish("", queue, message);
    }

    @Override
    public void publishAll(String queue, List<MqMessage> messages) {
        publisher.publishAll("", queue, messages);
    }

    @Override
    public CompletionStage<Void> publishAsync(String queue, MqMessage message) {
        return publisher.publishAsync("", queue, message);
    }
}
