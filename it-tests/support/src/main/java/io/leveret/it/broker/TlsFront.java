package io.leveret.it.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS on loopback in front of a broker's plain port, with any certificate: a broker node has one
 * only. Two threads for each connection, all daemons. Thread-safe.
 */
public final class TlsFront implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5_000;

    private final SSLServerSocket server;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private TlsFront(SSLServerSocket server, int target) {
        this.server = server;
        this.target = target;
    }

    /**
     * Listens on a free port.
     *
     * @param identity what it shows
     * @param target the broker's plain port on 127.0.0.1
     */
    public static TlsFront to(TestIdentity identity, int target) {
        return to(identity, target, null);
    }

    /**
     * The same, for clients with a certificate only.
     *
     * @param clients the authority of the clients' certificates, or null to ask for none
     */
    public static TlsFront to(TestIdentity identity, int target, X509Certificate clients) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            char[] none = new char[0];
            Certificate[] chain = identity.chain().toArray(Certificate[]::new);
            keys.setKeyEntry("identity", identity.key(), none, chain);
            KeyManagerFactory managers =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, none);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("clients", clients == null ? chain[1] : clients);
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            context.init(managers.getKeyManagers(), trust.getTrustManagers(), null);
            SSLServerSocket server =
                    (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
            server.setNeedClientAuth(clients != null);
            server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            TlsFront front = new TlsFront(server, target);
            start(front::accept);
            return front;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no TLS front", e);
        }
    }

    /** The port to connect to. */
    public int port() {
        return server.getLocalPort();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "tls-front");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                SSLSocket client = (SSLSocket) server.accept();
                start(() -> serve(client));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    close();
                }
            }
        }
    }

    private void serve(SSLSocket client) {
        Socket broker = new Socket();
        open.add(client);
        open.add(broker);
        try {
            client.startHandshake();
            broker.connect(new InetSocketAddress("127.0.0.1", target), CONNECT_MILLIS);
            start(() -> pump(broker, client));
            pump(client, broker);
        } catch (IOException e) {
            end(client, broker); // a handshake that the test wants to fail
        }
    }

    private void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8_192];
            int length;
            while ((length = in.read(buffer)) >= 0) {
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // Either side may end it at any time; both are closed below.
            end(from, to);
        }
        end(from, to);
    }

    private void end(Socket... sockets) {
        for (Socket socket : sockets) {
            open.remove(socket);
            try {
                socket.close();
            } catch (IOException e) {
                System.err.println("cannot close a socket: " + e);
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            System.err.println("cannot close a TLS front: " + e);
        }
        end(open.toArray(Socket[]::new));
    }
}
