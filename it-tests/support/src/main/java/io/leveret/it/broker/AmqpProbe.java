package io.leveret.it.broker;

import io.leveret.it.node.NodeException;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Knocks on a port with AMQP's protocol header. Stateless, thread-safe. */
final class AmqpProbe {

    private static final byte[] HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};
    private static final int FRAME_HEADER = 7;
    private static final int CONNECTION_START = 10 << 16 | 10;
    private static final int MOST_PAYLOAD = 64 * 1024;
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration ONE_TRY = Duration.ofSeconds(1);

    private AmqpProbe() {}

    /**
     * The broker's version as it stands in connection.start ("?" when it names none), or nothing
     * when there is no AMQP broker that answers in time.
     */
    static Optional<String> knock(String host, int port, Duration limit) {
        int millis = (int) Math.max(1, limit.toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), millis);
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(HEADER);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] frame = new byte[FRAME_HEADER];
            in.readFully(frame);
            int size =
                    (frame[3] & 0xff) << 24
                            | (frame[4] & 0xff) << 16
                            | (frame[5] & 0xff) << 8
                            | frame[6] & 0xff;
            if (size < 4 || size > MOST_PAYLOAD || in.readInt() != CONNECTION_START) {
                return Optional.empty();
            }
            return Optional.of(versionIn(in.readNBytes(size - 4)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Knocks again and again.
     *
     * @return {@code System.nanoTime()} of the first answer
     * @throws NodeException when there is none within the limit
     */
    static long awaitAnswer(String host, int port, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new NodeException(
                        "no AMQP answer from " + host + ":" + port + " within " + limit);
            }
            Duration once = Duration.ofNanos(Math.min(left, ONE_TRY.toNanos()));
            if (knock(host, port, once).isPresent()) {
                return System.nanoTime();
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new NodeException("interrupted while waiting for " + host + ":" + port);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Finds the table field "version", a long string, without parsing the table around it. */
    private static String versionIn(byte[] payload) {
        String text = new String(payload, StandardCharsets.ISO_8859_1);
        int field = text.indexOf("\u0007versionS\0\0\0");
        if (field < 0) {
            return "?";
        }
        int length = field + 12;
        return text.substring(length + 1, length + 1 + text.charAt(length));
    }
}
