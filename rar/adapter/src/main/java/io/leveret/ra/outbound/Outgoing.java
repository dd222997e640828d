package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;

/** One message as it goes over the wire, whoever it belongs to. */
interface Outgoing {

    /** The exchange. */
    String exchange();

    /** The routing key. */
    String routingKey();

    /** The message's properties; its id is set. */
    AMQP.BasicProperties properties();

    /** The body. */
    byte[] body();

    /** The message's id. */
    default String messageId() {
        return properties().getMessageId();
    }

    /** It was written, or may have been; its answer, or the end of its channel, follows. */
    void written();

    /** Its answer has come, or its channel has ended. */
    void answered();
}
