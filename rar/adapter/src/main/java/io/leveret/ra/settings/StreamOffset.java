package io.leveret.ra.settings;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an activation begins in a stream.
 *
 * @param kind how that is said
 * @param value the offset of a message; or a time, in seconds since 1970; or how far back it is, in
 *     seconds; 0 for the others
 */
public record StreamOffset(Kind kind, long value) {

    /** The ways to say it. */
    public enum Kind {
        /** At the oldest message that is there. */
        FIRST,
        /** At the last chunk: the messages that the broker stored together. */
        LAST,
        /** Behind all that is there: what comes from now on. */
        NEXT,
        /** At a message, by its number. */
        OFFSET,
        /** At a time. */
        TIMESTAMP,
        /** Some time before now. */
        INTERVAL
    }

    /** What the broker takes as an interval and as an age: the letter M is a month, m a minute. */
    static final Pattern INTERVAL = Pattern.compile("([1-9]\\d{0,8})([YMDhms])");

    /** What is written, for messages. */
    static final String RANGE =
            "first, last, next, the offset of a message, a time such as 2026-01-31T10:00:00Z, or an"
                    + " interval such as 7D, 1h, 30m or 90s";

    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    /**
     * Reads it.
     *
     * @param text as written
     * @return null when it is nothing that can be meant
     */
    static StreamOffset of(String text) {
        switch (text.toLowerCase(Locale.ROOT)) {
            case "first":
                return new StreamOffset(Kind.FIRST, 0);
            case "last":
                return new StreamOffset(Kind.LAST, 0);
            case "next":
                return new StreamOffset(Kind.NEXT, 0);
            default:
        }
        if (NUMBER.matcher(text).matches()) {
            return new StreamOffset(Kind.OFFSET, Long.parseLong(text));
        }
        Matcher interval = INTERVAL.matcher(text);
        if (interval.matches()) {
            long seconds = Long.parseLong(interval.group(1)) * seconds(interval.group(2));
            return new StreamOffset(Kind.INTERVAL, seconds);
        }
        try {
            long time = OffsetDateTime.parse(text).toEpochSecond();
            return time < 0 ? null : new StreamOffset(Kind.TIMESTAMP, time);
        } catch (DateTimeParseException e) {
            return null; // the caller says what can be meant
        }
    }

    /** As the broker counts them. */
    private static long seconds(String unit) {
        return switch (unit) {
            case "Y" -> 365 * 86_400L;
            case "M" -> 30 * 86_400L;
            case "D" -> 86_400L;
            case "h" -> 3_600L;
            case "m" -> 60L;
            default -> 1L;
        };
    }
}
