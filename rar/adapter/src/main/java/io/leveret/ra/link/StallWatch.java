package io.leveret.ra.link;

import java.io.IOException;
import java.time.Duration;

/**
 * Finds connections that are open, with heartbeats, but on which no publish is answered any more:
 * the broker's node is cut off from the leaders of its queues, or something between trickles. A
 * missing confirm alone retires its channel only (see the outbound room); the connection is given
 * up when none of its channels had an answer for the whole RPC timeout, and the link goes on at the
 * next address.
 *
 * <pre>{@code
 * WATCHING --publish overdue--> SUSPECT --an answer on any channel, blocked, or lost--> WATCHING
 *                                  |
 *                                  +--RPC timeout over, and the pause--> given up
 * }</pre>
 *
 * <p>The first round over all addresses has no pause: an answer may be had at the next one. Where
 * no address helps (the queue is without a leader) going round for ever would cost others their
 * channels for nothing: the pause between two moves is then the RPC timeout, and doubles up to the
 * probe interval, until something is answered. A connection that the broker blocks is no stall.
 *
 * <p>Thread-safe.
 */
final class StallWatch {

    private static final int MOST_DOUBLINGS = 10;

    private final Link link;
    private final Threads threads;
    private final int addresses;
    private final Duration patience;
    private final Duration longestPause;
    private int movesInVain;
    private long lastMove;

    StallWatch(Link link, LinkKey key, Threads threads) {
        this.link = link;
        this.threads = threads;
        this.addresses = key.broker().addresses().size();
        this.patience = key.settings().rpcTimeout();
        this.longestPause = key.settings().reconnect().probeInterval();
    }

    /** A publish written at that time was not answered by its deadline. */
    void overdue(OpenConnection connection, long writtenNanos) {
        long age = System.nanoTime() - writtenNanos;
        if (age >= patience.toNanos()) {
            check(connection, writtenNanos);
        } else {
            threads.after(
                    Duration.ofNanos(patience.toNanos() - age),
                    () -> check(connection, writtenNanos));
        }
    }

    private void check(OpenConnection connection, long writtenNanos) {
        if (link.current() != connection
                || connection.gate.blocked() != null
                || !connection.silentSince(writtenNanos)
                || !mayMove(connection)) {
            return;
        }
        link.abandon(
                connection,
                new IOException(
                        "no publish was answered for "
                                + (System.nanoTime() - writtenNanos) / 1_000_000
                                + " ms"));
    }

    /** The connection is not used any more, for whichever reason. */
    synchronized void left(OpenConnection connection) {
        if (connection.hasAnswered()) {
            movesInVain = 0; // it had worked there
        }
    }

    private synchronized boolean mayMove(OpenConnection connection) {
        long now = System.nanoTime();
        if (connection.hasAnswered()) {
            movesInVain = 0;
        } else if (movesInVain >= addresses && now - lastMove < pauseNanos()) {
            return false;
        }
        movesInVain++;
        lastMove = now;
        return true;
    }

    private long pauseNanos() {
        int doublings = Math.min(movesInVain - addresses, MOST_DOUBLINGS);
        return Math.min(patience.toNanos() << doublings, longestPause.toNanos());
    }
}
