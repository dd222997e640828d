package io.leveret.ra.retry;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.Frame;
import io.leveret.ra.link.AmqpMessages;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a copy of a failed message says of itself, in headers of its own. They count only for the
 * queue that they name, so that a message that somebody copies elsewhere starts anew there, and
 * only when they are well-formed: anybody can send anything.
 *
 * <p>A copy is always marked as a possible duplicate: its listener has seen the message before, and
 * may have done, or even committed, a part of the work.
 *
 * <p>Not copied are what the broker adds for itself, the user id (the broker compares it with the
 * user that publishes) and the expiration (it would end the wait too early).
 */
public final class RetryHeaders {

    /** How often it has failed, an integer. */
    public static final String ATTEMPTS = "x-leveret-attempts";

    /** The queue where it has failed. */
    public static final String QUEUE = "x-leveret-queue";

    /** The exchange that it was published to first. */
    public static final String EXCHANGE = "x-leveret-exchange";

    /** The routing key that it was published with first. */
    public static final String ROUTING_KEY = "x-leveret-routing-key";

    /** When it failed first, a timestamp; only where that is known. */
    public static final String FIRST_FAILURE = "x-leveret-first-failure";

    /** When it failed last, a timestamp; of parked ones only, like all that follows. */
    public static final String LAST_FAILURE = "x-leveret-last-failure";

    /** Why it is parked. */
    public static final String REASON = "x-leveret-reason";

    /** The class of the exception. */
    public static final String EXCEPTION = "x-leveret-exception";

    /** What the exception said, at most 1,000 characters. */
    public static final String EXCEPTION_MESSAGE = "x-leveret-exception-message";

    /** The top of the stack of the exception and of its causes, at most 4,000 characters. */
    public static final String STACK = "x-leveret-stack";

    private static final int LONGEST_MESSAGE = 1_000;
    private static final int LONGEST_STACK = 4_000;
    private static final int MOST_FRAMES = 8;
    private static final int DEEPEST = 10;
    private static final int SHORT_STRING = 255;
    private static final int MOST_ATTEMPTS = 1_000_000;
    private static final String DELIVERY_COUNT = "x-delivery-count";
    private static final String ACQUIRED_COUNT = "x-acquired-count";

    /** Of the broker, or of ours: never copied as they are. */
    private static final Set<String> OF_BROKER =
            Set.of(
                    "x-death",
                    "x-first-death-exchange",
                    "x-first-death-queue",
                    "x-first-death-reason",
                    "x-last-death-exchange",
                    "x-last-death-queue",
                    "x-last-death-reason",
                    DELIVERY_COUNT,
                    ACQUIRED_COUNT);

    /** The names of its own headers that were left out because they fill a frame, a list. */
    public static final String LEFT_OUT = "x-leveret-left-out";

    /** What a message that begins anew forgets. */
    private static final Set<String> OF_FAILURE =
            Set.of(
                    ATTEMPTS,
                    FIRST_FAILURE,
                    LAST_FAILURE,
                    REASON,
                    EXCEPTION,
                    EXCEPTION_MESSAGE,
                    STACK);

    private RetryHeaders() {}

    // --- reading ---

    /**
     * Counts the failures so far.
     *
     * @param properties the properties as they came
     * @param queue the queue that it comes from
     * @return how often it has failed there; 0 when that is not said, or not as we would
     */
    public static int attempts(AMQP.BasicProperties properties, String queue) {
        if (isOf(properties, queue)
                && properties.getHeaders().get(ATTEMPTS) instanceof Integer count
                && count > 0
                && count <= MOST_ATTEMPTS) {
            return count;
        }
        return 0;
    }

    /**
     * Counts the failures so far as a quorum queue of RabbitMQ 4.3 does. It counts what was
     * rejected, and what was unsettled when its channel was lost; not what was given back by nack.
     * What a publisher has put into the same header stays there until the first of them.
     *
     * @param envelope the envelope as it came
     * @param properties the properties as they came
     * @return how often it has failed, 0 when that is not said, or not by the broker
     */
    public static int deliveryCount(Envelope envelope, AMQP.BasicProperties properties) {
        if (envelope.isRedeliver()
                && properties.getHeaders() != null
                && properties.getHeaders().get(DELIVERY_COUNT) instanceof Long count
                && properties.getHeaders().get(ACQUIRED_COUNT) instanceof Long acquired
                && count > 0
                && count <= acquired) {
            return (int) Math.min(count, MOST_ATTEMPTS);
        }
        return 0;
    }

    /**
     * Says since when it fails.
     *
     * @param properties the properties as they came
     * @param queue the queue that it comes from
     * @return when it failed there first; null when that is not said, or not as we would
     */
    public static Date firstFailure(AMQP.BasicProperties properties, String queue) {
        return attempts(properties, queue) > 0
                        && properties.getHeaders().get(FIRST_FAILURE) instanceof Date first
                ? first
                : null;
    }

    /**
     * Gives where a message was published to first, whichever way it came.
     *
     * @param envelope the envelope as it came
     * @param properties the properties as they came
     * @param queue the queue that it comes from
     * @return the envelope; that of a copy of ours has the original exchange and routing key, and
     *     says that it was delivered before
     */
    public static Envelope origin(
            Envelope envelope, AMQP.BasicProperties properties, String queue) {
        if (!envelope.getExchange().isEmpty() || !isOf(properties, queue)) {
            return envelope;
        }
        String exchange = text(properties, EXCHANGE);
        String routingKey = text(properties, ROUTING_KEY);
        if (exchange == null || routingKey == null) {
            return envelope;
        }
        return new Envelope(envelope.getDeliveryTag(), true, exchange, routingKey);
    }

    /** Whether it has failed in that queue, as far as it says. */
    static boolean isOf(AMQP.BasicProperties properties, String queue) {
        return properties.getHeaders() != null && queue.equals(text(properties, QUEUE));
    }

    /** Returns null for what is no text, or longer than a name can be. */
    private static String text(AMQP.BasicProperties properties, String name) {
        if (!(properties.getHeaders().get(name) instanceof LongString text)
                || text.length() > SHORT_STRING) {
            return null;
        }
        return text.toString();
    }

    // --- writing ---

    /** Gives the properties of a copy that is to come again. */
    static AMQP.BasicProperties forRetry(FailedMessage message, String queue) {
        return copy(message.properties(), headers(message, queue));
    }

    /**
     * Gives the properties of a copy that is parked.
     *
     * @param why what the listener has thrown, may be null
     */
    static AMQP.BasicProperties forParking(
            FailedMessage message, String queue, Instant now, String reason, Throwable why) {
        Map<String, Object> headers = headers(message, queue);
        headers.put(LAST_FAILURE, Date.from(now));
        headers.put(REASON, bounded(reason, LONGEST_MESSAGE));
        if (why != null) {
            headers.put(EXCEPTION, bounded(why.getClass().getName(), LONGEST_MESSAGE));
            headers.put(EXCEPTION_MESSAGE, bounded(message(why), LONGEST_MESSAGE));
            headers.put(STACK, bounded(stack(why), LONGEST_STACK));
        }
        return copy(message.properties(), headers);
    }

    /** Gives the properties of a copy as they came, as far as they may be copied. */
    static AMQP.BasicProperties bare(FailedMessage message) {
        Map<String, Object> headers = new HashMap<>();
        if (message.properties().getHeaders() != null) {
            headers.putAll(message.properties().getHeaders());
        }
        headers.keySet().removeAll(OF_BROKER);
        return copy(message.properties(), headers);
    }

    /** Gives the same without the largest header, null when there is none but our note of it. */
    static AMQP.BasicProperties smaller(AMQP.BasicProperties properties) {
        Map<String, Object> headers = new HashMap<>(properties.getHeaders());
        List<Object> leftOut = new ArrayList<>();
        if (headers.remove(LEFT_OUT) instanceof List<?> before) {
            leftOut.addAll(before);
        }
        Map.Entry<String, Object> largest =
                headers.entrySet().stream()
                        .max(Comparator.comparingLong(RetryHeaders::size))
                        .orElse(null);
        if (largest == null) {
            return null;
        }
        headers.remove(largest.getKey());
        leftOut.add(largest.getKey());
        headers.put(LEFT_OUT, leftOut);
        return properties.builder().headers(headers).build();
    }

    private static long size(Map.Entry<String, Object> header) {
        try {
            return Frame.tableSize(Collections.singletonMap(header.getKey(), header.getValue()));
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("every JVM has UTF-8", e);
        }
    }

    /** Gives the properties of a parked message that is to begin anew. */
    static AMQP.BasicProperties asNew(AMQP.BasicProperties parked) {
        Map<String, Object> headers = new HashMap<>(parked.getHeaders());
        headers.keySet().removeAll(OF_BROKER);
        headers.keySet().removeAll(OF_FAILURE);
        headers.put(AmqpMessages.POSSIBLE_DUPLICATE, true);
        return copy(parked, headers);
    }

    private static AMQP.BasicProperties copy(
            AMQP.BasicProperties original, Map<String, Object> headers) {
        return original.builder().headers(headers).userId(null).expiration(null).build();
    }

    private static Map<String, Object> headers(FailedMessage message, String queue) {
        Map<String, Object> headers = new HashMap<>(bare(message).getHeaders());
        headers.remove(FIRST_FAILURE);
        if (message.firstFailure() != null) {
            headers.put(FIRST_FAILURE, message.firstFailure());
        }
        headers.put(ATTEMPTS, message.attempts());
        headers.put(QUEUE, queue);
        headers.put(EXCHANGE, message.exchange());
        headers.put(ROUTING_KEY, message.routingKey());
        headers.put(AmqpMessages.POSSIBLE_DUPLICATE, true);
        return headers;
    }

    /** Asks an exception of the application, which may answer with another one. */
    private static String message(Throwable why) {
        try {
            return String.valueOf(why.getMessage());
        } catch (RuntimeException e) {
            return "(it fails to say: " + e.getClass().getName() + ")";
        }
    }

    /** The top of each exception in the chain: a container's own frames would fill the bound. */
    private static String stack(Throwable why) {
        StringBuilder text = new StringBuilder();
        try {
            Throwable at = why;
            for (int depth = 0; at != null && depth < DEEPEST; depth++, at = at.getCause()) {
                text.append(depth == 0 ? "" : "Caused by: ");
                top(at, text);
            }
        } catch (RuntimeException e) {
            text.append("(it fails to say more: ").append(e.getClass().getName()).append(')');
        }
        return text.toString();
    }

    private static void top(Throwable at, StringBuilder text) {
        text.append(at.getClass().getName()).append(": ").append(message(at)).append('\n');
        StackTraceElement[] frames = at.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
            text.append("\tat ").append(frames[i]).append('\n');
        }
        if (frames.length > MOST_FRAMES) {
            text.append("\t... ").append(frames.length - MOST_FRAMES).append(" more\n");
        }
    }

    /** The bound is one of characters; what of it cannot be encoded becomes a question mark. */
    private static String bounded(String text, int most) {
        String cut = text.length() <= most ? text : text.substring(0, most) + "…";
        return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
