package io.leveret.it.contract;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Sits on the port of a node that is down, notes when somebody knocks, and resets the connection:
 * what really is tried, whatever the adapter says of it.
 */
final class ShutDoor implements AutoCloseable {

    private static final int BACKLOG = 1_024;

    private final ServerSocket server = new ServerSocket();
    private final Queue<Long> knocks = new ConcurrentLinkedQueue<>();

    ShutDoor(int port) throws IOException {
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        Thread thread = new Thread(this::accept, "shut-door");
        thread.setDaemon(true);
        thread.start();
    }

    /** Gives the times of all knocks, ms of the epoch. */
    List<Long> knocks() {
        return List.copyOf(knocks);
    }

    private void accept() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                knocks.add(System.currentTimeMillis());
                socket.setSoLinger(true, 0); // closes with a reset
            } catch (IOException e) {
                if (!server.isClosed()) {
                    System.err.println("shut door: " + e);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
