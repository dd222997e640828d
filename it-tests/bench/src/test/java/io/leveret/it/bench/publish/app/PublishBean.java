package io.leveret.it.bench.publish.app;

import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.it.bench.publish.client.FactoryPublishing;
import io.leveret.it.bench.publish.client.Publishing;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.LocalBean;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Publishes outside of transactions, each call through the container. A singleton, because the
 * pools of other beans would hold up the many threads.
 */
@Singleton
@LocalBean
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PublishBean implements Publishing {

    @Resource(lookup = "java:/leveret/ConnectionFactory")
    private MqConnectionFactory factory;

    private Publishing publishing;

    @PostConstruct
    void create() {
        publishing = new FactoryPublishing(factory);
    }

    @Override
    public void publish(String queue, MqMessage message) {
        publishing.publish(queue, message);
    }

    @Override
    public void publishAll(String queue, List<MqMessage> messages) {
        publishing.publishAll(queue, messages);
    }

    @Override
    public CompletionStage<Void> publishAsync(String queue, MqMessage message) {
        return publishing.publishAsync(queue, message);
    }
}
