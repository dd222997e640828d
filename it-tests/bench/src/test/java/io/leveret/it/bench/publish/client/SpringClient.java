package io.leveret.it.bench.publish.client;

import io.leveret.it.bench.load.Body;
import io.leveret.it.bench.load.Waits;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitTemplate;

/** Spring AMQP's template with correlated confirms, its channels cached and never opened anew. */
final class SpringClient implements Client {

    /** As many as are on their way at a time: Spring holds a channel until its confirm. */
    private static final int CHANNELS = 600;

    private final CachingConnectionFactory connections;
    private final RabbitTemplate template;

    SpringClient(String uri) {
        connections = new CachingConnectionFactory(URI.create(uri));
        connections.setPublisherConfirmType(ConfirmType.CORRELATED);
        connections.setPublisherReturns(true);
        connections.setChannelCacheSize(CHANNELS);
        template = new RabbitTemplate(connections);
        template.setMandatory(true);
    }

    private CorrelationData send(String queue, byte[] body) {
        CorrelationData correlation = new CorrelationData();
        template.send("", queue, new Message(body, new MessageProperties()), correlation);
        return correlation;
    }

    private static String trouble(CorrelationData correlation, CorrelationData.Confirm confirm) {
        if (!confirm.ack()) {
            return "refused: " + confirm.reason();
        }
        return correlation.getReturned() == null ? null : "returned: " + correlation.getReturned();
    }

    @Override
    public Publisher publisher(String queue) {
        return body -> {
            CorrelationData correlation = send(queue, body);
            CorrelationData.Confirm confirm =
                    correlation.getFuture().get(Waits.LIMIT_SECONDS, TimeUnit.SECONDS);
            String trouble = trouble(correlation, confirm);
            if (trouble != null) {
                throw new IllegalStateException(trouble);
            }
        };
    }

    @Override
    public Pipeline pipeline(String queue, int most) {
        return (run, from, to) -> {
            Outstanding outstanding = new Outstanding(most, to - from);
            for (int i = from; i < to; i++) {
                outstanding.begin();
                CorrelationData correlation = send(queue, Body.of(run, i));
                correlation
                        .getFuture()
                        .whenComplete(
                                (confirm, failure) -> {
                                    String trouble =
                                            failure != null
                                                    ? failure.toString()
                                                    : trouble(correlation, confirm);
                                    if (trouble == null) {
                                        outstanding.confirmed(1);
                                    } else {
                                        outstanding.failed(trouble);
                                    }
                                });
            }
            outstanding.awaitAll();
        };
    }

    @Override
    public void close() {
        connections.destroy();
    }
}
