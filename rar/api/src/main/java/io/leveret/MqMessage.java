package io.leveret;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A message: a body, the AMQP 0-9-1 properties, and, when it was received, where it came from.
 * Immutable and thread-safe; a body is copied on the way in and out.
 *
 * <pre>{@code
 * MqMessage m = MqMessage.builder()
 *     .body("{\"order\": 1}")
 *     .contentType("application/json")
 *     .header("shop", "north")
 *     .build();
 * }</pre>
 */
public final class MqMessage {

    private final byte[] body;
    private final Map<String, Object> headers;
    private final String contentType;
    private final String contentEncoding;
    private final boolean persistent;
    private final Integer priority;
    private final String correlationId;
    private final String replyTo;
    private final Duration expiration;
    private final String messageId;
    private final Instant timestamp;
    private final String type;
    private final String userId;
    private final String appId;
    private final String exchange;
    private final String routingKey;
    private final boolean redelivered;
    private final boolean possibleDuplicate;

    private MqMessage(Builder b) {
        this.body = b.body;
        this.headers =
                b.headers.isEmpty()
                        ? Collections.emptyMap()
                        : Collections.unmodifiableMap(new LinkedHashMap<>(b.headers));
        this.contentType = b.contentType;
        this.contentEncoding = b.contentEncoding;
        this.persistent = b.persistent;
        this.priority = b.priority;
        this.correlationId = b.correlationId;
        this.replyTo = b.replyTo;
        this.expiration = b.expiration;
        this.messageId = b.messageId;
        this.timestamp = b.timestamp;
        this.type = b.type;
        this.userId = b.userId;
        this.appId = b.appId;
        this.exchange = b.exchange;
        this.routingKey = b.routingKey;
        this.redelivered = b.redelivered;
        this.possibleDuplicate = b.possibleDuplicate;
    }

    /**
     * Starts a message: empty body, persistent, no properties.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes a message of text: UTF-8, content type {@code text/plain}.
     *
     * @param text the body
     * @return the message
     */
    public static MqMessage text(String text) {
        return builder().body(text).contentType("text/plain").build();
    }

    /**
     * Starts a copy of this message with everything it holds.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.body = body;
        b.headers.putAll(headers);
        b.contentType = contentType;
        b.contentEncoding = contentEncoding;
        b.persistent = persistent;
        b.priority = priority;
        b.correlationId = correlationId;
        b.replyTo = replyTo;
        b.expiration = expiration;
        b.messageId = messageId;
        b.timestamp = timestamp;
        b.type = type;
        b.userId = userId;
        b.appId = appId;
        b.exchange = exchange;
        b.routingKey = routingKey;
        b.redelivered = redelivered;
        b.possibleDuplicate = possibleDuplicate;
        return b;
    }

    /**
     * Gives the body.
     *
     * @return a copy of the bytes, never null
     */
    public byte[] body() {
        return body.clone();
    }

    /**
     * Gives the size of the body.
     *
     * @return bytes
     */
    public int bodySize() {
        return body.length;
    }

    /**
     * Gives the body as UTF-8 text; malformed bytes become replacement characters.
     *
     * @return the text
     */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /**
     * Gives the headers.
     *
     * @return an unmodifiable map, never null
     */
    public Map<String, Object> headers() {
        return headers;
    }

    /**
     * Gives the MIME type of the body.
     *
     * @return the {@code content-type} property or null
     */
    public String contentType() {
        return contentType;
    }

    /**
     * Gives the encoding of the body.
     *
     * @return the {@code content-encoding} property or null
     */
    public String contentEncoding() {
        return contentEncoding;
    }

    /**
     * Says whether the broker keeps the message on disk in durable queues.
     *
     * @return true for delivery mode 2; the default
     */
    public boolean persistent() {
        return persistent;
    }

    /**
     * Gives the priority.
     *
     * @return 0 to 255, or null
     */
    public Integer priority() {
        return priority;
    }

    /**
     * Gives the id of the message that this one belongs to.
     *
     * @return the {@code correlation-id} property or null
     */
    public String correlationId() {
        return correlationId;
    }

    /**
     * Gives the address for answers.
     *
     * @return the {@code reply-to} property or null
     */
    public String replyTo() {
        return replyTo;
    }

    /**
     * Gives the time to live in a queue.
     *
     * @return the {@code expiration} property, in whole ms, or null
     */
    public Duration expiration() {
        return expiration;
    }

    /**
     * Gives the message's id. A message published without one gets one.
     *
     * @return the {@code message-id} property or null
     */
    public String messageId() {
        return messageId;
    }

    /**
     * Gives the sender's time stamp.
     *
     * @return the {@code timestamp} property, in whole seconds, or null
     */
    public Instant timestamp() {
        return timestamp;
    }

    /**
     * Gives the application's name for this kind of message.
     *
     * @return the {@code type} property or null
     */
    public String type() {
        return type;
    }

    /**
     * Gives the user that published the message; the broker checks it against the connection's.
     *
     * @return the {@code user-id} property or null
     */
    public String userId() {
        return userId;
    }

    /**
     * Gives the publishing application.
     *
     * @return the {@code app-id} property or null
     */
    public String appId() {
        return appId;
    }

    /**
     * Gives the exchange that a received message was published to.
     *
     * @return the exchange, empty for the default exchange, null when this message was not received
     */
    public String exchange() {
        return exchange;
    }

    /**
     * Gives the routing key that a received message was published with.
     *
     * @return the routing key, null when this message was not received
     */
    public String routingKey() {
        return routingKey;
    }

    /**
     * Says whether the broker has delivered this message before, to whomever.
     *
     * @return the delivery's {@code redelivered} flag
     */
    public boolean redelivered() {
        return redelivered;
    }

    /**
     * Says whether this message may have been seen or published before. False means that Leveret
     * and the broker know of no reason why it should be a duplicate.
     *
     * @return true when it was redelivered, or published again after an unknown outcome
     */
    public boolean possibleDuplicate() {
        return redelivered || possibleDuplicate;
    }

    /** Names the message without its body or headers, which may be confidential. */
    @Override
    public String toString() {
        return "MqMessage[id="
                + shown(messageId)
                + ", type="
                + shown(type)
                + ", "
                + body.length
                + " bytes]";
    }

    /** Anybody may have sent it, and it goes into logs: no line ends, no terminal sequences. */
    private static String shown(String text) {
        return text == null ? null : text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "?");
    }

    /** Builds messages. Not thread-safe. */
    public static final class Builder {

        private static final byte[] EMPTY = {};

        private byte[] body = EMPTY;
        private final Map<String, Object> headers = new LinkedHashMap<>();
        private String contentType;
        private String contentEncoding;
        private boolean persistent = true;
        private Integer priority;
        private String correlationId;
        private String replyTo;
        private Duration expiration;
        private String messageId;
        private Instant timestamp;
        private String type;
        private String userId;
        private String appId;
        private String exchange;
        private String routingKey;
        private boolean redelivered;
        private boolean possibleDuplicate;

        private Builder() {}

        /**
         * Sets the body.
         *
         * @param value the bytes, copied
         * @return this
         */
        public Builder body(byte[] value) {
            this.body = value.clone();
            return this;
        }

        /**
         * Sets the body to UTF-8 text.
         *
         * @param text the text
         * @return this
         */
        public Builder body(String text) {
            this.body = text.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        /**
         * Sets one header.
         *
         * @param name the name, at most 255 bytes as UTF-8
         * @param value a String, Boolean, Integer, Long, Double, Instant, byte[], List or Map; null
         *     removes the header
         * @return this
         */
        public Builder header(String name, Object value) {
            Objects.requireNonNull(name, "name");
            if (value == null) {
                headers.remove(name);
            } else {
                headers.put(name, value);
            }
            return this;
        }

        /**
         * Sets the MIME type of the body.
         *
         * @param value the {@code content-type} property
         * @return this
         */
        public Builder contentType(String value) {
            this.contentType = value;
            return this;
        }

        /**
         * Sets the encoding of the body.
         *
         * @param value the {@code content-encoding} property
         * @return this
         */
        public Builder contentEncoding(String value) {
            this.contentEncoding = value;
            return this;
        }

        /**
         * Says whether the broker keeps the message on disk in durable queues; default true.
         *
         * @param value true for delivery mode 2
         * @return this
         */
        public Builder persistent(boolean value) {
            this.persistent = value;
            return this;
        }

        /**
         * Sets the priority.
         *
         * @param value 0 to 255, or null
         * @return this
         * @throws IllegalArgumentException when out of range
         */
        public Builder priority(Integer value) {
            if (value != null && (value < 0 || value > 255)) {
                throw new IllegalArgumentException("priority must be 0 to 255: " + value);
            }
            this.priority = value;
            return this;
        }

        /**
         * Sets the id of the message that this one belongs to.
         *
         * @param value the {@code correlation-id} property
         * @return this
         */
        public Builder correlationId(String value) {
            this.correlationId = value;
            return this;
        }

        /**
         * Sets the address for answers.
         *
         * @param value the {@code reply-to} property
         * @return this
         */
        public Builder replyTo(String value) {
            this.replyTo = value;
            return this;
        }

        /**
         * Sets the time to live in a queue.
         *
         * @param value the time, in whole ms, zero or more; null for none
         * @return this
         * @throws IllegalArgumentException when negative
         */
        public Builder expiration(Duration value) {
            if (value != null && value.isNegative()) {
                throw new IllegalArgumentException("expiration must not be negative: " + value);
            }
            this.expiration = value;
            return this;
        }

        /**
         * Sets the message's id. It should be unique: consumers recognise duplicates by it.
         *
         * @param value the {@code message-id} property; null lets the publisher give one
         * @return this
         */
        public Builder messageId(String value) {
            this.messageId = value;
            return this;
        }

        /**
         * Sets the sender's time stamp.
         *
         * @param value the time; AMQP keeps whole seconds
         * @return this
         */
        public Builder timestamp(Instant value) {
            this.timestamp = value;
            return this;
        }

        /**
         * Sets the application's name for this kind of message.
         *
         * @param value the {@code type} property
         * @return this
         */
        public Builder type(String value) {
            this.type = value;
            return this;
        }

        /**
         * Sets the publishing user; the broker refuses another than the connection's.
         *
         * @param value the {@code user-id} property
         * @return this
         */
        public Builder userId(String value) {
            this.userId = value;
            return this;
        }

        /**
         * Sets the publishing application.
         *
         * @param value the {@code app-id} property
         * @return this
         */
        public Builder appId(String value) {
            this.appId = value;
            return this;
        }

        /**
         * Sets where a received message came from; ignored when the message is published.
         *
         * @param exchangeValue the exchange
         * @param routingKeyValue the routing key
         * @param redeliveredValue whether the broker delivered it before
         * @return this
         */
        public Builder received(
                String exchangeValue, String routingKeyValue, boolean redeliveredValue) {
            this.exchange = exchangeValue;
            this.routingKey = routingKeyValue;
            this.redelivered = redeliveredValue;
            return this;
        }

        /**
         * Marks the message as one that may have been published before.
         *
         * @param value the mark
         * @return this
         */
        public Builder possibleDuplicate(boolean value) {
            this.possibleDuplicate = value;
            return this;
        }

        /**
         * Builds the message.
         *
         * @return an immutable message
         */
        public MqMessage build() {
            return new MqMessage(this);
        }
    }
}
