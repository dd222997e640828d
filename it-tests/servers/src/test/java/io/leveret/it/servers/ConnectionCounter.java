package io.leveret.it.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/** Stands in for a broker that is away: takes its port, refuses everybody, and counts them. */
final class ConnectionCounter {

    private ConnectionCounter() {}

    /** Counts connections for some time. */
    static int count(int port, int seconds) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        int count = 0;
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                server.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                try (Socket client = server.accept()) {
                    client.setSoLinger(true, 0);
                    count++;
                } catch (SocketTimeoutException e) {
                    break;
                }
            }
        }
        return count;
    }
}
