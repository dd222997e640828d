package io.leveret.ra.link;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ChannelContinuationTimeoutException;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.impl.AMQConnection;
import io.leveret.ra.settings.HostPort;
import java.io.EOFException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One incarnation of a link: the client's connection, its write gate and its channels. It is thrown
 * away whole when the connection is lost, so that nothing of it (a blocked flag, a count) can
 * outlive it.
 *
 * <pre>{@code
 * IN_USE --leave (the link has moved to another address)--> LEAVING --last channel gone--> closed
 * }</pre>
 *
 * <p>Thread-safe.
 */
final class OpenConnection {

    /** Channels kept free for the adapter's own use within the negotiated channel-max. */
    private static final int RESERVE = 16;

    final Connection client;
    final WriteGate gate;
    final HostPort host;
    final long since = System.nanoTime();
    private final Places ordinary;
    private final Places own;
    private final ChannelNumbers numbers;
    private final Set<LinkChannel> open = ConcurrentHashMap.newKeySet();
    private volatile long lastAnswer = since;
    private volatile boolean leaving;
    private volatile Runnable whenEmpty = () -> {};
    private volatile Watcher watcher;

    OpenConnection(Connection client, WriteGate gate, HostPort host, int channelsPerConnection) {
        this.client = client;
        this.gate = gate;
        this.host = host;
        int negotiated = client.getChannelMax() == 0 ? 65_535 : client.getChannelMax();
        int capacity = Math.max(1, Math.min(channelsPerConnection, negotiated - RESERVE));
        this.ordinary = new Places(capacity);
        this.own = new Places(Math.min(RESERVE, negotiated - capacity));
        this.numbers = new ChannelNumbers(negotiated, RESERVE);
    }

    /** Places for channels of one kind. */
    private static final class Places {

        private final int most;
        private final AtomicInteger taken = new AtomicInteger();

        Places(int most) {
            this.most = most;
        }

        boolean isFree() {
            return taken.get() < most;
        }

        boolean take() {
            return taken.getAndUpdate(n -> n < most ? n + 1 : n) < most;
        }
    }

    private Places places(boolean forOwn) {
        return forOwn ? own : ordinary;
    }

    int channels() {
        return ordinary.taken.get() + own.taken.get();
    }

    /**
     * How many places are taken, without those of the adapter's own channels, and of channels that
     * are being closed: a channel that follows another one needs no further link.
     */
    int used() {
        long closing = open.stream().filter(LinkChannel::isClosing).count();
        return ordinary.taken.get() - (int) closing;
    }

    boolean hasRoom(boolean forOwn) {
        return places(forOwn).isFree();
    }

    /** Reserves a place for an ordinary channel, or for an own one in the reserve. */
    boolean reserve(boolean forOwn) {
        return places(forOwn).take();
    }

    /** Gives a reserved place back that no channel was opened in. */
    void unreserve(boolean forOwn) {
        release(forOwn);
    }

    /** Opens a channel in a reserved place, which is released again when it fails. */
    LinkChannel open(boolean forOwn, Threads threads) throws IOException {
        Channel channel = null;
        try {
            channel = numbers.open(client);
        } catch (IOException e) {
            roundTripFailed(e);
            throw e;
        } finally {
            if (channel == null) {
                release(forOwn);
            }
        }
        if (channel == null) {
            throw new IOException("the broker's channel-max is reached");
        }
        LinkChannel fresh = new LinkChannel(channel, this, forOwn, threads);
        open.add(fresh);
        return fresh;
    }

    void closed(LinkChannel channel, boolean wasOwn) {
        open.remove(channel);
        release(wasOwn);
    }

    private void release(boolean wasOwn) {
        places(wasOwn).taken.decrementAndGet();
        if (channels() == 0 && leaving) {
            whenEmpty.run();
        }
        Watcher now = watcher;
        if (now != null) {
            now.onRoom();
        }
    }

    /** How many publishes wait for an answer, over all channels. */
    int inFlight() {
        return open.stream().mapToInt(LinkChannel::inFlight).sum();
    }

    // --- leaving ---

    boolean isLeaving() {
        return leaving;
    }

    /**
     * Asks all users of the channels to move on.
     *
     * @param whenEmpty run when the last channel is gone; possibly more than once
     */
    void leave(Runnable whenEmpty) {
        this.whenEmpty = whenEmpty;
        leaving = true;
        open.forEach(LinkChannel::leave);
        if (channels() == 0) {
            whenEmpty.run();
        }
    }

    /** How many channels are not about to go. */
    int staying() {
        return (int) open.stream().filter(channel -> !channel.isToldToLeave()).count();
    }

    /** Asks the users of so many channels to move on, because another link has more room. */
    void leaveSome(int count) {
        int left = count;
        for (LinkChannel channel : open) {
            if (left > 0 && channel.leave()) {
                left--;
            }
        }
    }

    // --- progress ---

    /** Hears of what shows whether a connection is of use; any thread, must not wait. */
    interface Watcher {

        /** A place for a channel is free again. */
        void onRoom();

        /**
         * A publish was not answered by its deadline.
         *
         * @param writtenNanos when it was written, {@link System#nanoTime}
         */
        void onOverdue(long writtenNanos);

        /**
         * The broker did not answer a round trip in time. Nothing on the connection can be trusted
         * then: a consumer may go on, and so may a channel that the client takes for closed.
         */
        void onUnanswered(Exception why);
    }

    /**
     * Closes; blocks at most that long. The client tells its channels of a close only when the
     * broker has answered it. They must hear of it in any case, or whoever waits for their loss
     * (sessions, managed connections) would keep them for ever.
     */
    void close(int millis) {
        client.abort(millis);
        if (client instanceof AMQConnection connection) {
            // Does nothing when the answer has come.
            connection.handleIoError(new EOFException("the broker did not answer the close"));
        }
    }

    void watch(Watcher by) {
        watcher = by;
    }

    /** A round trip on one of the channels has failed, for whichever reason. */
    void roundTripFailed(Throwable why) {
        Watcher now = watcher;
        for (Throwable at = why; at != null && now != null; at = at.getCause()) {
            if (at instanceof ChannelContinuationTimeoutException
                    || at instanceof TimeoutException) {
                now.onUnanswered(new IOException("the broker did not answer in time", why));
                return;
            }
        }
    }

    /**
     * A channel was not closed. When that is for want of an answer while publishes on other
     * channels are answered, only the broker's process of that channel hangs (it waits for a queue
     * without a leader): then this costs nobody else his channel.
     *
     * @param number the channel's
     * @param askedNanos when the broker was asked, {@link System#nanoTime}
     */
    void notClosed(int number, long askedNanos, Exception why) {
        if (silentSince(askedNanos) || !numbers.doubt(number)) {
            roundTripFailed(why);
        }
    }

    /** The broker has answered a publish, on whichever channel. */
    void answered() {
        lastAnswer = System.nanoTime();
    }

    /** Whether any publish was answered here. */
    boolean hasAnswered() {
        return lastAnswer != since;
    }

    /** Whether no publish was answered since a point in time of {@link System#nanoTime}. */
    boolean silentSince(long nanos) {
        return lastAnswer - nanos < 0;
    }

    /** A publish written at that time was not answered by its deadline. */
    void overdue(long writtenNanos) {
        Watcher now = watcher;
        if (now != null) {
            now.onOverdue(writtenNanos);
        }
    }
}
