package io.leveret.ra.link;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.LongString;
import io.leveret.MqMessage;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Translates between {@link MqMessage} and the client's properties. What AMQP could not encode is
 * refused here, before a publish takes its sequence number. Stateless.
 */
public final class AmqpMessages {

    /** Marks a message that may have been published before. */
    public static final String POSSIBLE_DUPLICATE = "x-possible-duplicate";

    /** Holds the first bytes of headers that the client cannot read; see {@link HeaderGuard}. */
    public static final String UNREADABLE_HEADERS = "x-leveret-unreadable-headers";

    private static final int SHORT_STRING = 255;
    private static final int MAX_NESTING = 32;
    private static final long MAX_EXPIRATION = 4_294_967_295L;

    private AmqpMessages() {}

    /**
     * Translates an outgoing message.
     *
     * @param m the message; its id must be set
     * @return its properties
     * @throws IllegalArgumentException when AMQP cannot encode a value
     */
    public static AMQP.BasicProperties toProperties(MqMessage m) {
        AMQP.BasicProperties.Builder b =
                new AMQP.BasicProperties.Builder()
                        .deliveryMode(m.persistent() ? 2 : 1)
                        .messageId(shortString("message-id", m.messageId()))
                        .contentType(shortString("content-type", m.contentType()))
                        .contentEncoding(shortString("content-encoding", m.contentEncoding()))
                        .correlationId(shortString("correlation-id", m.correlationId()))
                        .replyTo(shortString("reply-to", m.replyTo()))
                        .type(shortString("type", m.type()))
                        .userId(shortString("user-id", m.userId()))
                        .appId(shortString("app-id", m.appId()))
                        .priority(m.priority());
        if (m.expiration() != null) {
            if (m.expiration().toMillis() > MAX_EXPIRATION) {
                throw new IllegalArgumentException(
                        "the expiration is more than the " + MAX_EXPIRATION + " ms of RabbitMQ");
            }
            b.expiration(Long.toString(m.expiration().toMillis()));
        }
        if (m.timestamp() != null) {
            b.timestamp(Date.from(m.timestamp()));
        }
        if (!m.headers().isEmpty() || m.possibleDuplicate()) {
            Map<String, Object> headers = new LinkedHashMap<>();
            m.headers().forEach((k, v) -> headers.put(shortString("header", k), outgoing(v, 0)));
            if (m.possibleDuplicate()) {
                headers.put(POSSIBLE_DUPLICATE, true);
            }
            b.headers(headers);
        }
        return b.build();
    }

    /**
     * Checks a short string of AMQP.
     *
     * @param what what it is
     * @param value the text, may be null
     * @return the text
     * @throws IllegalArgumentException when it is longer than 255 bytes
     */
    public static String shortString(String what, String value) {
        // A char is at most 3 bytes of UTF-8: the exact count is needed for long texts only.
        if (value != null
                && value.length() * 3 > SHORT_STRING
                && value.getBytes(StandardCharsets.UTF_8).length > SHORT_STRING) {
            throw new IllegalArgumentException(
                    what + " is longer than the 255 bytes that AMQP allows");
        }
        return value;
    }

    private static Object outgoing(Object value, int depth) {
        if (depth > MAX_NESTING) {
            throw new IllegalArgumentException("headers are nested too deeply");
        }
        if (value instanceof Instant instant) {
            return Date.from(instant);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> out = new LinkedHashMap<>();
            map.forEach(
                    (k, v) ->
                            out.put(
                                    shortString("header", String.valueOf(k)),
                                    outgoing(v, depth + 1)));
            return out;
        }
        if (value instanceof List<?> list) {
            List<Object> out = new ArrayList<>(list.size());
            list.forEach(v -> out.add(outgoing(v, depth + 1)));
            return out;
        }
        if (value == null
                || value instanceof String
                || value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte
                || value instanceof Double
                || value instanceof Float
                || value instanceof BigDecimal
                || value instanceof Date
                || value instanceof byte[]) {
            return value;
        }
        throw new IllegalArgumentException(
                "a header has a value of a type that AMQP does not know: "
                        + value.getClass().getName());
    }

    /**
     * Translates a delivery. Never fails: what is malformed is left out or kept as text.
     *
     * @param envelope where it came from
     * @param p its properties
     * @param body its body
     * @return the message
     */
    public static MqMessage toMessage(Envelope envelope, AMQP.BasicProperties p, byte[] body) {
        MqMessage.Builder b =
                MqMessage.builder()
                        .body(body)
                        .contentType(p.getContentType())
                        .contentEncoding(p.getContentEncoding())
                        .persistent(p.getDeliveryMode() != null && p.getDeliveryMode() == 2)
                        .correlationId(p.getCorrelationId())
                        .replyTo(p.getReplyTo())
                        .messageId(p.getMessageId())
                        .type(p.getType())
                        .userId(p.getUserId())
                        .appId(p.getAppId())
                        .received(
                                envelope.getExchange(),
                                envelope.getRoutingKey(),
                                envelope.isRedeliver());
        Integer priority = p.getPriority();
        if (priority != null && priority >= 0 && priority <= 255) {
            b.priority(priority);
        }
        if (p.getExpiration() != null && p.getExpiration().matches("\\d{1,18}")) {
            b.expiration(Duration.ofMillis(Long.parseLong(p.getExpiration())));
        }
        if (p.getTimestamp() != null) {
            b.timestamp(p.getTimestamp().toInstant());
        }
        if (p.getHeaders() != null) {
            p.getHeaders().forEach((name, value) -> header(b, name, value));
        }
        return b.build();
    }

    private static void header(MqMessage.Builder b, String name, Object value) {
        if (name.equals(POSSIBLE_DUPLICATE)) {
            b.possibleDuplicate(Boolean.TRUE.equals(value));
        } else {
            b.header(name, incoming(value));
        }
    }

    private static Object incoming(Object value) {
        if (value instanceof LongString text) {
            return text.toString();
        }
        if (value instanceof Date date) {
            return date.toInstant();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> out = new LinkedHashMap<>();
            map.forEach((k, v) -> out.put(String.valueOf(k), incoming(v)));
            return out;
        }
        if (value instanceof List<?> list) {
            List<Object> out = new ArrayList<>(list.size());
            list.forEach(v -> out.add(incoming(v)));
            return out;
        }
        return value;
    }
}
