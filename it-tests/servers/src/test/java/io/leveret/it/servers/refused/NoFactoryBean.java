package io.leveret.it.servers.refused;

import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Wants a connection factory that does not exist. */
@ApplicationScoped
public class NoFactoryBean {

    @Inject
    @MqTarget(connectionFactory = "java:/none", routingKey = "it.in")
    private MqPublisher nobody;

    /** Publishes, if anything could. */
    public void publish() {
        nobody.publish("nothing");
    }
}
