package io.leveret.ra.settings;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The options of a queue that become an argument of its declaration. */
enum QueueOption {
    MAX_LENGTH("max-length", 0, Integer.MAX_VALUE),
    MAX_LENGTH_BYTES("max-length-bytes", 0, Long.MAX_VALUE),
    MESSAGE_TTL("message-ttl", 0, 4_294_967_295L),
    EXPIRES("expires", 1, 4_294_967_295L),
    MAX_PRIORITY("max-priority", 1, 255),
    DELIVERY_LIMIT("delivery-limit", -1, Integer.MAX_VALUE),
    OVERFLOW("overflow", "drop-head", "reject-publish", "reject-publish-dlx"),
    SINGLE_ACTIVE_CONSUMER("single-active-consumer"),
    DEAD_LETTER_EXCHANGE("dead-letter-exchange", new String[0]),
    DEAD_LETTER_ROUTING_KEY("dead-letter-routing-key", new String[0]),
    DEAD_LETTER_STRATEGY("dead-letter-strategy", "at-most-once", "at-least-once"),
    MAX_AGE("max-age", Kind.AGE, 0, 0),
    STREAM_MAX_SEGMENT_SIZE_BYTES("stream-max-segment-size-bytes", 1, 3_000_000_000L),
    STREAM_FILTER_SIZE_BYTES("stream-filter-size-bytes", 16, 255),
    INITIAL_CLUSTER_SIZE("initial-cluster-size", 1, 255);

    private static final Set<QueueOption> ONLY_STREAM =
            EnumSet.of(
                    MAX_AGE,
                    STREAM_MAX_SEGMENT_SIZE_BYTES,
                    STREAM_FILTER_SIZE_BYTES,
                    INITIAL_CLUSTER_SIZE);

    private enum Kind {
        NUMBER,
        FLAG,
        TEXT,
        AGE
    }

    private final String option;
    private final Kind kind;
    private final long min;
    private final long max;
    private final List<String> words;

    QueueOption(String option) {
        this(option, Kind.FLAG, 0, 0);
    }

    QueueOption(String option, long min, long max) {
        this(option, Kind.NUMBER, min, max);
    }

    /** No words means any text. */
    QueueOption(String option, String... words) {
        this(option, Kind.TEXT, 0, 0, words);
    }

    QueueOption(String option, Kind kind, long min, long max, String... words) {
        this.option = option;
        this.kind = kind;
        this.min = min;
        this.max = max;
        this.words = List.of(words);
    }

    /** Gives the one of that name, null when there is none. */
    static QueueOption of(String option) {
        return Arrays.stream(values())
                .filter(o -> o.option.equals(option))
                .findFirst()
                .orElse(null);
    }

    static String names() {
        return Arrays.stream(values()).map(o -> o.option).collect(Collectors.joining(", "));
    }

    String option() {
        return option;
    }

    /** The name of the argument. */
    String argument() {
        return "x-" + option;
    }

    /** Whether a stream can have it. */
    boolean isForStreams() {
        return this == MAX_LENGTH_BYTES || isOnlyForStreams();
    }

    /** Whether nothing but a stream can have it. */
    boolean isOnlyForStreams() {
        return ONLY_STREAM.contains(this);
    }

    /** Whether it can have that value. */
    boolean takes(Object value) {
        return switch (kind) {
            case NUMBER -> value instanceof Long number && number >= min && number <= max;
            case FLAG -> value instanceof Boolean;
            case TEXT -> words.isEmpty() || words.contains(value);
            case AGE -> StreamOffset.INTERVAL.matcher(value.toString()).matches();
        };
    }

    /** Gives the value as the argument has it: text may look like a number. */
    Object converted(Object value) {
        return kind == Kind.TEXT ? value.toString() : value;
    }

    /** What it takes, as part of a sentence. */
    String range() {
        return switch (kind) {
            case NUMBER -> min + " to " + max;
            case FLAG -> "true or false";
            case TEXT -> words.isEmpty() ? "a text" : String.join(", ", words);
            case AGE -> "a whole number with a unit, such as 7D, 12h, 30m or 90s";
        };
    }
}
