package io.leveret.it.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.FaultProxy.Direction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each fault, as both ends of a plain TCP connection see it. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FaultProxyTest {

    private static final int LIMIT_MILLIS = 5_000;
    private static final int SHORT_MILLIS = 200;

    private ServerSocket broker;
    private FaultProxy proxy;
    private Socket client;
    private Socket served;

    @BeforeEach
    void connect() throws IOException {
        broker = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        broker.setSoTimeout(LIMIT_MILLIS);
        proxy = FaultProxy.to("127.0.0.1", broker.getLocalPort());
        client = new Socket(proxy.host(), proxy.port());
        served = broker.accept();
        client.setSoTimeout(LIMIT_MILLIS);
        served.setSoTimeout(LIMIT_MILLIS);
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        client.close();
        served.close();
        broker.close();
    }

    @Test
    void bytes_go_both_ways() throws IOException {
        send(client, 1, 2, 3);
        assertArrayEquals(new byte[] {1, 2, 3}, served.getInputStream().readNBytes(3));
        send(served, 4, 5);
        assertArrayEquals(new byte[] {4, 5}, client.getInputStream().readNBytes(2));
        assertEquals(1, proxy.connections());
    }

    @Test
    void a_cut_resets_both_ends() {
        proxy.cut();
        assertThrows(SocketException.class, () -> client.getInputStream().read());
        assertThrows(SocketException.class, () -> served.getInputStream().read());
        assertEquals(0, proxy.connections());
    }

    @Test
    void hanging_up_ends_both_ends_orderly() throws IOException {
        proxy.hangUp();
        assertEquals(-1, client.getInputStream().read());
        assertEquals(-1, served.getInputStream().read());
    }

    @Test
    void a_refusing_proxy_resets_old_and_new_connections_until_it_is_switched_off()
            throws IOException {
        proxy.refuse(true);
        assertThrows(SocketException.class, () -> client.getInputStream().read());
        try (Socket late = new Socket()) {
            assertThrows(SocketException.class, () -> knock(late));
        }
        proxy.refuse(false);
        try (Socket again = new Socket(proxy.host(), proxy.port());
                Socket accepted = broker.accept()) {
            send(again, 7);
            assertEquals(7, accepted.getInputStream().read());
        }
    }

    @Test
    void a_stalled_direction_is_silent_and_delivers_everything_afterwards() throws IOException {
        proxy.stall(Direction.DOWN, true);
        send(served, 9);
        client.setSoTimeout(SHORT_MILLIS);
        assertThrows(SocketTimeoutException.class, () -> client.getInputStream().read());
        send(client, 8);
        assertEquals(8, served.getInputStream().read());
        client.setSoTimeout(LIMIT_MILLIS);
        proxy.stall(Direction.DOWN, false);
        assertEquals(9, client.getInputStream().read());
    }

    @Test
    void a_delay_holds_bytes_that_long() throws IOException {
        proxy.delay(Direction.UP, Duration.ofMillis(SHORT_MILLIS));
        long start = System.nanoTime();
        send(client, 1);
        assertEquals(1, served.getInputStream().read());
        assertTrue(System.nanoTime() - start >= Duration.ofMillis(SHORT_MILLIS).toNanos());
    }

    @Test
    void a_connection_is_cut_after_exactly_so_many_bytes() throws IOException {
        proxy.cutAfter(Direction.UP, 3);
        send(client, 1, 2);
        assertArrayEquals(new byte[] {1, 2}, served.getInputStream().readNBytes(2));
        send(client, 3);
        assertEquals(3, served.getInputStream().read());
        send(client, 4, 5);
        assertThrows(SocketException.class, () -> served.getInputStream().read());
    }

    @Test
    void closing_ends_a_stalled_connection_as_well() throws IOException {
        proxy.stall(Direction.UP, true);
        send(client, 1);
        proxy.close();
        assertThrows(SocketException.class, () -> client.getInputStream().read());
    }

    @Test
    void a_mute_proxy_accepts_and_never_answers() throws IOException {
        proxy.mute(true);
        try (Socket late = new Socket(proxy.host(), proxy.port())) {
            send(late, 1);
            late.setSoTimeout(SHORT_MILLIS);
            assertThrows(SocketTimeoutException.class, () -> late.getInputStream().read());
        }
        send(client, 2);
        assertEquals(2, served.getInputStream().read());
        proxy.mute(false);
        try (Socket again = new Socket(proxy.host(), proxy.port());
                Socket accepted = broker.accept()) {
            send(again, 7);
            assertEquals(7, accepted.getInputStream().read());
        }
    }

    @Test
    void a_black_hole_hides_everything_even_the_end_of_a_connection() throws IOException {
        proxy.blackHole(true);
        try (Socket late = new Socket()) {
            InetSocketAddress address = new InetSocketAddress(proxy.host(), proxy.port());
            assertThrows(SocketTimeoutException.class, () -> late.connect(address, SHORT_MILLIS));
        }
        send(client, 1);
        client.close();
        served.setSoTimeout(SHORT_MILLIS);
        assertThrows(SocketTimeoutException.class, () -> served.getInputStream().read());
        served.setSoTimeout(LIMIT_MILLIS);
        proxy.blackHole(false);
        assertEquals(1, served.getInputStream().read());
        assertEquals(-1, served.getInputStream().read());
        try (Socket again = new Socket(proxy.host(), proxy.port());
                Socket accepted = broker.accept()) {
            send(accepted, 7);
            assertEquals(7, again.getInputStream().read());
        }
    }

    @Test
    void bytes_trickle_at_the_given_rate_in_one_direction_only() throws IOException {
        proxy.trickle(Direction.UP, 50);
        long start = System.nanoTime();
        send(client, new int[20]);
        send(served, new int[1_000]);
        client.getInputStream().readNBytes(1_000);
        long down = System.nanoTime() - start;
        served.getInputStream().readNBytes(20);
        long up = System.nanoTime() - start;
        assertTrue(up >= Duration.ofMillis(400).toNanos(), up + " ns for 20 bytes");
        assertTrue(down < up, down + " ns down, " + up + " ns up");
    }

    private void knock(Socket socket) throws IOException {
        socket.connect(new InetSocketAddress(proxy.host(), proxy.port()), LIMIT_MILLIS);
        socket.setSoTimeout(LIMIT_MILLIS);
        socket.getInputStream().read();
    }

    private static void send(Socket socket, int... bytes) throws IOException {
        byte[] chunk = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            chunk[i] = (byte) bytes[i];
        }
        socket.getOutputStream().write(chunk);
    }
}
