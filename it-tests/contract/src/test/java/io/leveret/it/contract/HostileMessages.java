package io.leveret.it.contract;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.LongStringHelper;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Messages as nobody would send them on purpose, but for whoever means harm: from a fixed seed, the
 * same ones each time. The correlation id tells them apart, for nothing else can be trusted.
 */
final class HostileMessages {

    /** What the Java client can read; a message that is nested deeper would cost it its link. */
    private static final int DEEPEST_READABLE = 32;

    private static final int LARGEST_BODY = 16 * 1024 * 1024;
    private static final int MOST_DEPTH = 200;

    private static final List<String> OUR_NAMES =
            List.of(
                    "x-leveret-attempts",
                    "x-leveret-queue",
                    "x-leveret-exchange",
                    "x-leveret-routing-key",
                    "x-leveret-first-failure",
                    "x-leveret-last-failure",
                    "x-leveret-reason",
                    "x-leveret-exception",
                    "x-possible-duplicate",
                    "x-delivery-count",
                    "x-first-death-queue");

    private final Random random;
    private final String queue;

    /** One of them. */
    record Hostile(AMQP.BasicProperties properties, byte[] body, boolean readable) {}

    HostileMessages(long seed, String queue) {
        this.random = new Random(seed);
        this.queue = queue;
    }

    static String id(int index) {
        return "h-" + index;
    }

    Hostile next(int index) {
        boolean readable = index % 50 != 7;
        Map<String, Object> headers = new LinkedHashMap<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            headers.put(name(), value(0));
        }
        if (random.nextInt(3) == 0) {
            headers.put(OUR_NAMES.get(random.nextInt(OUR_NAMES.size())), value(0));
            if (random.nextBoolean()) {
                headers.put("x-leveret-queue", queue);
            }
        }
        if (random.nextInt(8) == 0) {
            headers.put("x-leveret-queue", queue);
            headers.put("x-leveret-attempts", random.nextInt(9) - 4);
        }
        if (random.nextInt(8) == 0) {
            headers.put("x-death", deaths());
        }
        if (!readable) {
            headers.put("deep", nested(DEEPEST_READABLE + 1 + random.nextInt(MOST_DEPTH)));
        }
        AMQP.BasicProperties.Builder properties =
                new AMQP.BasicProperties.Builder()
                        .correlationId(id(index))
                        .headers(random.nextInt(10) == 0 && readable ? null : headers);
        if (random.nextBoolean()) {
            properties.messageId(text(255)).contentType(text(40)).contentEncoding(text(40));
        }
        if (random.nextBoolean()) {
            properties
                    .type(text(255))
                    .appId(text(255))
                    .replyTo(text(255))
                    .priority(random.nextInt(256))
                    .deliveryMode(1 + random.nextInt(2)) // 3.10 refuses others
                    .timestamp(new Date(random.nextLong() / 2_000));
        }
        return new Hostile(properties.build(), body(index), readable);
    }

    private byte[] body(int index) {
        int size =
                index == 3
                        ? LARGEST_BODY
                        : random.nextInt(200) == 0 ? random.nextInt(300_000) : random.nextInt(100);
        byte[] body = new byte[size];
        random.nextBytes(body);
        return body;
    }

    private String name() {
        return random.nextInt(20) == 0 ? "" : text(200);
    }

    /** At most that many bytes of UTF-8, of all planes. */
    private String text(int most) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(most / 4 + 1);
        for (int i = 0; i < length; i++) {
            int point = random.nextInt(4) == 0 ? random.nextInt(0x11_0000) : random.nextInt(128);
            boolean surrogate =
                    point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
            text.appendCodePoint(surrogate ? '?' : point);
        }
        return text.toString();
    }

    private LongString bytes() {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        return LongStringHelper.asLongString(bytes);
    }

    private Object value(int depth) {
        return switch (random.nextInt(depth > 4 ? 14 : 16)) {
            case 0 -> null;
            case 1 -> random.nextInt();
            case 2 -> random.nextLong();
            case 3 -> random.nextBoolean();
            case 4 -> random.nextGaussian() * 1e300;
            case 5 -> random.nextFloat();
            case 6 -> (byte) random.nextInt();
            case 7 -> (short) random.nextInt();
            case 8 -> new Date(random.nextLong() / 2_000);
            case 9 -> BigDecimal.valueOf(random.nextInt(), random.nextInt(256));
            case 10 -> text(2_000);
            case 11 -> bytes();
            case 12 -> bytes().getBytes();
            case 13 -> "";
            case 14 -> list(depth);
            default -> map(depth);
        };
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(value(depth + 1));
        }
        return list;
    }

    private Map<String, Object> map(int depth) {
        Map<String, Object> map = new HashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(name(), value(depth + 1));
        }
        return map;
    }

    /** Tables and lists in turn. */
    static Object nested(int depth) {
        Object value = "bottom";
        for (int i = 0; i < depth; i++) {
            value = i % 3 == 0 ? List.of(value) : Map.of("k", value);
        }
        return value;
    }

    /** A history that the broker would take for a cycle, if it believed it. */
    private List<Object> deaths() {
        List<Object> deaths = new ArrayList<>();
        for (String each : List.of(queue, queue + ".retry.100", queue)) {
            Map<String, Object> death = new HashMap<>();
            death.put("queue", random.nextInt(5) == 0 ? value(0) : each);
            death.put("reason", random.nextInt(5) == 0 ? value(0) : "expired");
            death.put("count", random.nextInt(5) == 0 ? value(0) : random.nextLong());
            death.put("exchange", "");
            death.put("routing-keys", List.of(queue));
            deaths.add(death);
        }
        return deaths;
    }
}
