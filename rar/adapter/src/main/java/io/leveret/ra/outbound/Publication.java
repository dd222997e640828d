package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.AmqpMessages;

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
 * @param ending hears how it ends when nobody waits for that; null when somebody does
 */
record Publication(
        String exchange,
        String routingKey,
        AMQP.BasicProperties properties,
        byte[] body,
        MqMessage message,
        FactoryStatus factory,
        Ending ending)
        implements Outgoing {

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
            int maxSize,
            FactoryStatus factory) {
        MqMessage m =
                message.messageId() != null
                        ? message
                        : message.toBuilder().messageId(ids.next()).build();
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
                    exchange, routingKey, AmqpMessages.toProperties(m), m.body(), m, factory, null);
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
        return new Publication(
                exchange,
                routingKey,
                AmqpMessages.toProperties(marked),
                body,
                marked,
                factory,
                ending);
    }

    /** The same message, for somebody who does not wait. */
    Publication with(Ending hears) {
        return new Publication(exchange, routingKey, properties, body, message, factory, hears);
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
        factory.ended(result.outcome());
        if (ending != null && result.outcome() == MqOutcome.CONFIRMED) {
            ending.confirmed();
        } else if (ending != null) {
            ending.failed(result.exception(this));
        }
    }

    /** The same, on a thread of {@link AsyncAnswers}, which tells whoever has published it. */
    void told(Result result) {
        factory.ended(result.outcome());
        ending.told(result, this);
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
