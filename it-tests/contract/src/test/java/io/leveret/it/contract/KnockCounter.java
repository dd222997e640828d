package io.leveret.it.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Something that listens where a broker should be, counts connections and closes them. */
final class KnockCounter implements AutoCloseable {

    private final ServerSocket server = new ServerSocket();
    private final AtomicInteger knocks = new AtomicInteger();

    KnockCounter() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread thread = new Thread(this::accept, "knock-counter");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    int knocks() {
        return knocks.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                server.accept().close();
                knocks.incrementAndGet();
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
