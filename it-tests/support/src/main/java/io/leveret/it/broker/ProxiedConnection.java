package io.leveret.it.broker;

import io.leveret.it.broker.FaultProxy.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One client connection and its counterpart to the broker. Thread-safe. */
final class ProxiedConnection {

    private static final int CHUNK = 64 * 1024;

    private final Socket client;
    private final Socket broker;
    private final FaultSwitches switches;
    private final Consumer<ProxiedConnection> onEnd;
    private final AtomicBoolean open = new AtomicBoolean(true);

    ProxiedConnection(
            Socket client,
            Socket broker,
            FaultSwitches switches,
            Consumer<ProxiedConnection> onEnd) {
        this.client = client;
        this.broker = broker;
        this.switches = switches;
        this.onEnd = onEnd;
    }

    /** Forwards one direction until either side ends. */
    void pump(Direction direction) {
        Socket from = direction == Direction.UP ? client : broker;
        Socket to = direction == Direction.UP ? broker : client;
        byte[] chunk = new byte[CHUNK];
        try {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    switches.await(direction, open::get);
                    forward(direction, out, chunk, read);
                }
                switches.awaitEnd(open::get);
                close();
            } catch (IOException e) {
                switches.awaitEnd(open::get);
                reset();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        }
    }

    private void forward(Direction direction, OutputStream out, byte[] chunk, int length)
            throws IOException, InterruptedException {
        for (int sent = 0; sent < length; ) {
            int piece = switches.awaitPiece(direction, length - sent, open::get);
            if (!open.get()) {
                return;
            }
            int allowed = switches.allowed(direction, piece);
            out.write(chunk, sent, allowed);
            if (allowed < piece) {
                reset();
                return;
            }
            sent += piece;
        }
    }

    /** Reads what the client sends until it ends, and answers nothing. */
    void swallow() {
        byte[] chunk = new byte[CHUNK];
        try {
            InputStream in = client.getInputStream();
            int read = in.read(chunk);
            while (read >= 0) {
                read = in.read(chunk);
            }
            close();
        } catch (IOException e) {
            reset();
        }
    }

    /** Ends both sides with RST. */
    void reset() {
        if (end()) {
            reset(client);
            reset(broker);
        }
    }

    /** Ends both sides with FIN. */
    void close() {
        if (end()) {
            closeQuietly(client);
            closeQuietly(broker);
        }
    }

    private boolean end() {
        if (!open.compareAndSet(true, false)) {
            return false;
        }
        onEnd.accept(this);
        switches.wake();
        return true;
    }

    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // closed by the other side already
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left to be done with it
        }
    }
}
