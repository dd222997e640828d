package io.leveret.it.app;

import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** A CDI bean, not an enterprise bean, that publishes to the target of its injection point. */
@ApplicationScoped
public class PlainPublisher {

    @Inject
    @MqTarget(routingKey = "it.in")
    private MqPublisher publisher;

    Attempt publish(MqMessage message) {
        return Attempt.of(Attempt.CONFIRMED, () -> publisher.publish(message));
    }
}
