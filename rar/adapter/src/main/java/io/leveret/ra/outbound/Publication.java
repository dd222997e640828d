package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.AmqpMessages;
import io.leveret.ra.settings.PublishSettings;
import java.time.Instant;

/**
 * One message on its way out: checked and translated, so that writing it cannot fail for reasons
 * that could have been known before.
 *
 * @param exchange the exchange
 * @param routingKey the routing key
 * @param properties the message's properties; its id is set
 * @param body the body
 * @param message what it was made from, with the id set
 * @param factory whose publish it is
 * @param settings how that factory publishes
 * @param ending hears how it ends when nobody waits for that; null when somebody does
 */
record Publication(
        String exchange,
        String routingKey,
        AMQP.BasicProperties properties,
        byte[] body,
        MqMessage message,
        FactoryStatus factory,
        PublishSettings settings,
        Ending ending)
        implements Outgoing {

    private static final String REASON = "x-leveret-reason";

    /**
     * Checks and translates.
     *
     * @throws MqPublishException NOT_SENT when the message cannot be sent as it is
     */
    static Publication of(
            String exchange,
            String routingKey,
            MqMessage message,
            MessageIds ids,
            PublishSettings settings,
            FactoryStatus factory) {
        MqMessage m =
                message.messageId() != null
                        ? message
                        : message.toBuilder().messageId(ids.next()).build();
        int maxSize = settings.maxMessageSize();
        if (m.bodySize() > maxSize) {
            throw new MqPublishException(
                    MqOutcome.NOT_SENT,
                    m.messageId(),
                    "the body has "
                            + m.bodySize()
                            + " bytes, more than maxMessageSize="
                            + maxSize
                            + " allows",
                    null);
        }
        try {
            AmqpMessages.shortString("the exchange's name", exchange);
            AmqpMessages.shortString("the routing key", routingKey);
            return new Publication(
                    exchange,
                    routingKey,
                    AmqpMessages.toProperties(m),
                    m.body(),
                    m,
                    factory,
                    settings,
                    null);
        } catch (IllegalArgumentException e) {
            throw new MqPublishException(MqOutcome.NOT_SENT, m.messageId(), e.getMessage(), e);
        }
    }

    @Override
    public void written() {
        factory.written();
    }

    @Override
    public void answered() {
        factory.answered();
    }

    /** The same message, marked as one that may have been published before. */
    Publication marked() {
        if (message.possibleDuplicate()) {
            return this;
        }
        MqMessage marked = message.toBuilder().possibleDuplicate(true).build();
        return with(exchange, routingKey, marked, ending);
    }

    private Publication with(String to, String key, MqMessage changed, Ending hears) {
        return new Publication(
                to,
                key,
                AmqpMessages.toProperties(changed),
                body,
                changed,
                factory,
                settings,
                hears);
    }

    /**
     * The same message on its way to the parking queue of its factory: with its headers, which say
     * where it was to go and why it could not, and for good, whatever its expiration was. The user
     * that it names is left out, because that may be what the broker has refused.
     *
     * @return null when there is no parking queue, or this is on its way there already
     */
    Publication parked(String reason) {
        String queue = settings.transactions().parkingQueue();
        if (queue == null || isParking()) {
            return null;
        }
        MqMessage.Builder parked =
                message.toBuilder()
                        .header("x-leveret-exchange", exchange)
                        .header("x-leveret-routing-key", routingKey)
                        .header("x-leveret-last-failure", Instant.now().toString())
                        .header(REASON, reason)
                        .expiration(null)
                        .userId(null);
        return with("", queue, parked.build(), null);
    }

    private boolean isParking() {
        return exchange.isEmpty()
                && routingKey.equals(settings.transactions().parkingQueue())
                && message.headers().containsKey(REASON);
    }

    /** The message with where it was to go, for those who are told of it. */
    MqMessage destined() {
        return message.toBuilder().received(exchange, routingKey, false).build();
    }

    /** The same message, for somebody who does not wait. */
    Publication with(Ending hears) {
        return new Publication(
                exchange, routingKey, properties, body, message, factory, settings, hears);
    }

    /** Its transaction has committed. */
    void committed() {
        if (ending != null) {
            ending.committed(this);
        }
    }

    /** Its transaction has rolled back: it is not published. */
    void rolledBack() {
        factory.rolledBack();
        if (ending != null) {
            ending.failed(
                    Result.of(MqOutcome.NOT_SENT, "its transaction has rolled back", null)
                            .exception(this));
        }
    }

    /** It has ended for good. */
    void ended(Result result) {
        if (!isParking()) { // else its end is counted already
            factory.ended(result.outcome());
        }
        if (ending != null && result.outcome() == MqOutcome.CONFIRMED) {
            ending.confirmed();
        } else if (ending != null) {
            ending.failed(result.exception(this));
        }
    }

    @Override
    public String toString() {
        return "message "
                + messageId()
                + " to exchange '"
                + exchange
                + "', key '"
                + routingKey
                + "'";
    }
}
