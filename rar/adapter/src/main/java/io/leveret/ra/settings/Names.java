package io.leveret.ra.settings;

import java.nio.charset.StandardCharsets;

/** What AMQP allows for names and keys. */
final class Names {

    /** The most bytes of a short string. */
    static final int MOST_BYTES = 255;

    private Names() {}

    /** Whether a name, as AMQP writes it, has more than so many bytes. */
    static boolean isLonger(String name, int most) {
        return name.getBytes(StandardCharsets.UTF_8).length > most;
    }

    static boolean isTooLong(String name) {
        return isLonger(name, MOST_BYTES);
    }
}
