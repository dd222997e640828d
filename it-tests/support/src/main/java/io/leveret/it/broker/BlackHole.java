package io.leveret.it.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port on loopback to which connecting hangs, as through a network that drops everything: nobody
 * accepts and the queue of connections that wait for it is full, so the kernel drops what comes.
 */
final class BlackHole implements AutoCloseable {

    private static final int MOST_PLUGS = 16;
    private static final int PLUG_MILLIS = 200;

    private final ServerSocket listener;
    private final List<Socket> plugs = new ArrayList<>();

    BlackHole(int port) throws IOException {
        listener = FaultProxy.listen(port, 1);
        boolean full = false;
        try {
            while (!full && plugs.size() < MOST_PLUGS) {
                full = !plug(port);
            }
            if (!full) {
                throw new IOException("port " + port + " goes on accepting");
            }
        } finally {
            if (!full) {
                close();
            }
        }
    }

    private boolean plug(int port) throws IOException {
        Socket plug = new Socket();
        plugs.add(plug);
        try {
            plug.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PLUG_MILLIS);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** Frees the port. Who is still trying to connect comes through to the next listener. */
    @Override
    public void close() throws IOException {
        listener.close();
        plugs.forEach(ProxiedConnection::reset);
    }
}
