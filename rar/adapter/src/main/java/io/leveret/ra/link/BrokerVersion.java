package io.leveret.ra.link;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which RabbitMQ it is, as it says itself.
 *
 * @param major such as 4
 * @param minor such as 3
 * @param text in full; a broker that says nothing known counts as version 0.0, to which nothing is
 *     sent that needs a newer one
 */
public record BrokerVersion(int major, int minor, String text) {

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\b.*");

    /**
     * Reads what the broker says.
     *
     * @param text such as "4.3.6"
     * @return the version, 0.0 when the text is none
     */
    public static BrokerVersion of(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.matches()
                ? new BrokerVersion(
                        Integer.parseInt(numbers.group(1)),
                        Integer.parseInt(numbers.group(2)),
                        text)
                : new BrokerVersion(0, 0, text);
    }

    /**
     * Compares it.
     *
     * @param otherMajor such as 4
     * @param otherMinor such as 0
     * @return whether it is that version or a newer one
     */
    public boolean isAtLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || major == otherMajor && minor >= otherMinor;
    }

    @Override
    public String toString() {
        return "RabbitMQ " + text;
    }
}
