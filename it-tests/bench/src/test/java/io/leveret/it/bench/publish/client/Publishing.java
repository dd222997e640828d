package io.leveret.it.bench.publish.client;

import io.leveret.MqMessage;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Leveret's ways to publish to a queue. */
public interface Publishing {

    /** Publishes one and waits for its confirm. */
    void publish(String queue, MqMessage message);

    /** Publishes many and waits for their confirms. */
    void publishAll(String queue, List<MqMessage> messages);

    /** Publishes one; what it gives ends with its confirm. */
    CompletionStage<Void> publishAsync(String queue, MqMessage message);
}
