package io.leveret.it.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy on loopback that breaks connections in the ways networks do.
 *
 * <p>Up is from client to broker, down is from broker to client. Each connection uses two threads;
 * beyond {@value #MOST_CONNECTIONS} connections new ones are reset. All threads are daemons and end
 * with {@link #close()}. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {

    /** Most connections at a time. */
    public static final int MOST_CONNECTIONS = 256;

    /** Which way bytes flow. */
    public enum Direction {
        /** From client to broker. */
        UP,
        /** From broker to client. */
        DOWN
    }

    private static final int CONNECT_MILLIS = 5_000;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final int port;
    private final InetSocketAddress target;
    private final FaultSwitches switches = new FaultSwitches();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(
                    0,
                    2 * MOST_CONNECTIONS + 1,
                    1,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    FaultProxy::newThread);
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile ServerSocket server;
    private volatile CountDownLatch accepting;
    private volatile boolean refusing;
    private volatile boolean mute;
    private volatile boolean closed;
    private BlackHole hole;

    private FaultProxy(ServerSocket server, InetSocketAddress target) {
        this.server = server;
        this.port = server.getLocalPort();
        this.target = target;
    }

    /**
     * Opens a proxy on a free port in front of a broker.
     *
     * @throws IOException when it cannot listen
     */
    public static FaultProxy to(BrokerNode node) throws IOException {
        return to(node.host(), node.port());
    }

    /** Opens a proxy on a free port in front of any address. */
    public static FaultProxy to(String host, int port) throws IOException {
        ServerSocket server = listen(0, MOST_CONNECTIONS);
        FaultProxy proxy = new FaultProxy(server, new InetSocketAddress(host, port));
        proxy.serve(server);
        return proxy;
    }

    static ServerSocket listen(int port, int backlog) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true); // connections of an earlier listener may still be there
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), backlog);
        return server;
    }

    /** The address to connect to: 127.0.0.1. */
    public String host() {
        return InetAddress.getLoopbackAddress().getHostAddress();
    }

    /** The port to connect to. */
    public int port() {
        return port;
    }

    /** How many connections were accepted so far, refused ones included. */
    public int accepted() {
        return accepted.get();
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** Resets all connections; new ones are served. */
    public void cut() {
        connections.forEach(ProxiedConnection::reset);
    }

    /** Closes all connections orderly (FIN); new ones are served. */
    public void hangUp() {
        connections.forEach(ProxiedConnection::close);
    }

    /** While on, every new connection is reset; switching it on cuts the existing ones. */
    public void refuse(boolean on) {
        refusing = on;
        if (on) {
            cut();
        }
    }

    /**
     * While on, new connections are accepted and never hear anything; what they send is thrown
     * away. Existing ones go on. Switching it off changes nothing for those that were accepted
     * meanwhile.
     */
    public void mute(boolean on) {
        mute = on;
    }

    /**
     * While on, nothing passes in either direction, not even the end of a connection, and
     * connecting hangs: neither accepted nor refused. Afterwards everything goes on where it was,
     * as TCP does when a network drops packets for a time.
     *
     * @throws IOException when the port cannot be listened on any more
     */
    public synchronized void blackHole(boolean on) throws IOException {
        if (closed || on == (hole != null)) {
            return;
        }
        switches.hole(on);
        if (on) {
            server.close();
            awaitFreePort();
            hole = new BlackHole(port);
        } else {
            hole.close();
            hole = null;
            serve(listen(port, MOST_CONNECTIONS));
        }
    }

    /** A listener that is closed keeps its port until nobody waits in its accept any more. */
    private void awaitFreePort() throws IOException {
        try {
            if (!accepting.await(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("port " + port + " is not given up after " + CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void serve(ServerSocket listener) {
        CountDownLatch done = new CountDownLatch(1);
        server = listener;
        accepting = done;
        threads.execute(
                () -> {
                    accept(listener);
                    done.countDown();
                });
    }

    /** While on, bytes of that direction stay where they are and nothing is closed. */
    public void stall(Direction direction, boolean on) {
        switches.stall(direction, on);
    }

    /**
     * Holds every chunk (at most 64 KiB) this long; that bounds the throughput as well. Zero ends
     * it.
     */
    public void delay(Direction direction, Duration time) {
        switches.delay(direction, time.toNanos());
    }

    /**
     * Lets each connection have so few bytes per second of that direction, in pieces of a tenth of
     * a second or of one byte. Zero ends it.
     *
     * @param bytesPerSecond at least 0
     */
    public void trickle(Direction direction, int bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("must not be negative: " + bytesPerSecond);
        }
        switches.trickle(direction, bytesPerSecond);
    }

    /**
     * Forwards so many more bytes of that direction, counted over all connections, and resets the
     * connection that tries to send the next one. Works once.
     *
     * @param bytes at least 0
     */
    public void cutAfter(Direction direction, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative: " + bytes);
        }
        switches.cutAfter(direction, bytes);
    }

    /** Resets all connections, stops listening and ends all threads. May be repeated. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            server.close();
            if (hole != null) {
                hole.close();
                hole = null;
            }
        }
        switches.release();
        cut();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
                throw new IOException("threads of the proxy still run after " + CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(ServerSocket listener) {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                if (refusing || connections.size() >= MOST_CONNECTIONS) {
                    ProxiedConnection.reset(client);
                } else if (mute) {
                    swallow(client);
                } else {
                    serve(client);
                }
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    System.err.println("fault proxy on port " + port() + ": " + e);
                }
            }
        }
    }

    private void swallow(Socket client) {
        ProxiedConnection connection =
                new ProxiedConnection(client, new Socket(), switches, connections::remove);
        connections.add(connection);
        start(connection, connection::swallow);
    }

    private void serve(Socket client) {
        Socket broker = new Socket();
        ProxiedConnection connection =
                new ProxiedConnection(client, broker, switches, connections::remove);
        // Known before it reaches the broker, so that a cut from then on cannot miss it.
        connections.add(connection);
        try {
            broker.connect(target, CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            broker.setTcpNoDelay(true);
        } catch (IOException e) {
            connection.reset();
            return;
        }
        start(connection, () -> connection.pump(Direction.UP));
        start(connection, () -> connection.pump(Direction.DOWN));
    }

    private void start(ProxiedConnection connection, Runnable work) {
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            connection.reset();
        }
        if (refusing || closed) {
            connection.reset();
        }
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    }
}
