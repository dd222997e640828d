package io.leveret.ra.inbound;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import io.leveret.MqMessage;
import io.leveret.ra.link.AmqpMessages;
import io.leveret.ra.retry.RetryHeaders;
import java.util.Date;

/**
 * Makes deliveries of what comes in from one queue. Whatever that is, it becomes one: an exception
 * here would cost the channel, and the broker would deliver the same again.
 *
 * @param queue where it comes from
 * @param counting whether the queue counts by itself how often one has failed
 * @param stream the position in it when it is a stream, else null
 */
record Incoming(String queue, boolean counting, StreamPosition stream) {

    private static final String OFFSET = "x-stream-offset";

    Delivery delivery(Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        String hostile = null;
        if (properties.getHeaders() != null
                && properties.getHeaders().get(AmqpMessages.UNREADABLE_HEADERS) instanceof byte[]) {
            hostile = "its headers are nested too deeply to be read";
        }
        MqMessage message;
        int attempts = 0;
        Date firstFailure = null;
        try {
            if (counting) {
                attempts = RetryHeaders.deliveryCount(envelope, properties);
            } else {
                attempts = RetryHeaders.attempts(properties, queue);
                firstFailure = RetryHeaders.firstFailure(properties, queue);
            }
            message =
                    AmqpMessages.toMessage(
                            RetryHeaders.origin(envelope, properties, queue), properties, body);
        } catch (RuntimeException e) {
            hostile = "it cannot be converted: " + e;
            message =
                    MqMessage.builder()
                            .body(body)
                            .received(
                                    envelope.getExchange(),
                                    envelope.getRoutingKey(),
                                    envelope.isRedeliver())
                            .build();
        }
        Delivery delivery =
                new Delivery(
                        envelope.getDeliveryTag(),
                        properties,
                        attempts,
                        firstFailure,
                        message,
                        hostile);
        if (stream != null) {
            Object offset =
                    properties.getHeaders() == null ? null : properties.getHeaders().get(OFFSET);
            delivery.of(stream, offset instanceof Long number ? number : -1);
        }
        return delivery;
    }
}
