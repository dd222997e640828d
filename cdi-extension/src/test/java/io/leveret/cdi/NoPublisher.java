package io.leveret.cdi;

import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A publisher that does nothing; tests override what they use. */
class NoPublisher implements MqPublisher {

    private static UnsupportedOperationException no() {
        return new UnsupportedOperationException("not needed here");
    }

    @Override
    public void publish(MqMessage message) {
        throw no();
    }

    @Override
    public void publish(String routingKey, MqMessage message) {
        throw no();
    }

    @Override
    public void publish(String exchange, String routingKey, MqMessage message) {
        throw no();
    }

    @Override
    public void publishAll(List<MqMessage> messages) {
        throw no();
    }

    @Override
    public void publishAll(String routingKey, List<MqMessage> messages) {
        throw no();
    }

    @Override
    public void publishAll(String exchange, String routingKey, List<MqMessage> messages) {
        throw no();
    }

    @Override
    public CompletionStage<Void> publishAsync(MqMessage message) {
        throw no();
    }

    @Override
    public CompletionStage<Void> publishAsync(String routingKey, MqMessage message) {
        throw no();
    }

    @Override
    public CompletionStage<Void> publishAsync(
            String exchange, String routingKey, MqMessage message) {
        throw no();
    }
}
