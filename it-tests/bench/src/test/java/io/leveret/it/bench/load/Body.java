package io.leveret.it.bench.load;

import java.nio.ByteBuffer;

/**
 * The body of a message: 1 kB that begins with the number of its round and its own in the round.
 */
public final class Body {

    private static final int SIZE = 1_024;

    private Body() {}

    /** Makes the body of a message. */
    public static byte[] of(int round, int index) {
        return ByteBuffer.allocate(SIZE).putInt(round).putInt(index).array();
    }

    /** Reads the number of the round. */
    public static int round(byte[] body) {
        return ByteBuffer.wrap(body).getInt();
    }

    /** Reads the number of the message in its round. */
    public static int index(byte[] body) {
        return ByteBuffer.wrap(body).getInt(Integer.BYTES);
    }
}
