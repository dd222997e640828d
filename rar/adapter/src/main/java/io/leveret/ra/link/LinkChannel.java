package io.leveret.ra.link;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;

/**
 * A channel on a link, with its place in the link's count. Closing is asynchronous and bounded; it
 * never closes the link. Thread-safe, apart from the client's channel itself, which has one user at
 * a time.
 */
public final class LinkChannel {

    private final Channel channel;
    private final OpenConnection connection;
    private final boolean own;
    private final Threads threads;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile Runnable onLeave;
    private volatile IntSupplier inFlight = () -> 0;

    LinkChannel(Channel channel, OpenConnection connection, boolean own, Threads threads) {
        this.channel = channel;
        this.connection = connection;
        this.own = own;
        this.threads = threads;
    }

    /**
     * Gives the client's channel.
     *
     * @return the channel
     */
    public Channel client() {
        return channel;
    }

    /**
     * Gives what tells the channel's connection from others: another one after each reconnect.
     *
     * @return something to compare by identity, and not to keep alive
     */
    public Object connection() {
        return connection;
    }

    /**
     * Gives the gate that a publish must pass.
     *
     * @return the gate of the channel's link
     */
    public WriteGate gate() {
        return connection.gate;
    }

    /**
     * Gives what the link negotiated.
     *
     * @return the largest frame, bytes
     */
    public int frameMax() {
        int negotiated = connection.client.getFrameMax();
        return negotiated == 0 ? Integer.MAX_VALUE : negotiated;
    }

    /**
     * Says whether it can be used; no I/O.
     *
     * @return true while neither side has closed it
     */
    public boolean isOpen() {
        return !closed.get()
                && connection.gate.state() != WriteGate.State.ENDED
                && channel.isOpen();
    }

    /**
     * Gives a property that the broker stated when the link was opened.
     *
     * @param name its name
     * @return its text, or "unknown"
     */
    public String serverProperty(String name) {
        Object value = connection.client.getServerProperties().get(name);
        return value == null ? "unknown" : value.toString();
    }

    /**
     * Asks to be told when the link has moved to another address, or another link of the group has
     * more room: the channel goes on working, but its user should open another one and close this
     * one when it suits. Told once, on a worker thread; at once when the link has moved already.
     *
     * @param listener what to do then
     */
    public void onLeave(Runnable listener) {
        onLeave = listener;
        if (connection.isLeaving()) {
            leave();
        }
    }

    boolean isToldToLeave() {
        return told.get();
    }

    /** Returns whether somebody was there to be told, who did not know it yet. */
    boolean leave() {
        Runnable listener = onLeave;
        if (listener == null || !told.compareAndSet(false, true)) {
            return false;
        }
        threads.executeUnlessClosed(listener);
        return true;
    }

    /**
     * Lets JMX count the publishes that wait for an answer.
     *
     * @param counter gives their number; must not wait
     */
    public void countInFlight(IntSupplier counter) {
        inFlight = counter;
    }

    int inFlight() {
        return inFlight.getAsInt();
    }

    /**
     * Notes that a round trip has failed. When the broker did not answer it in time, the link gives
     * its connection up.
     *
     * @param why what the client has thrown
     */
    public void roundTripFailed(Throwable why) {
        connection.roundTripFailed(why);
    }

    /** Notes that the broker has answered a publish. Cheap; called on the I/O thread. */
    public void answered() {
        connection.answered();
    }

    /**
     * Notes that a publish was not answered by its deadline. When no channel of the link had an
     * answer since, the link moves to another address.
     *
     * @param writtenNanos when it was written, {@link System#nanoTime}
     */
    public void overdue(long writtenNanos) {
        connection.overdue(writtenNanos);
    }

    /** Whether it is an ordinary channel that is closed, but still has its place. */
    boolean isClosing() {
        return closed.get() && !own;
    }

    /** Closes the channel on a worker thread; returns at once. Closing twice does nothing. */
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        threads.executeUnlessClosed(
                () -> {
                    long asked = System.nanoTime();
                    try {
                        channel.close(); // bounded by the RPC timeout
                    } catch (IOException | TimeoutException e) {
                        connection.notClosed(channel.getChannelNumber(), asked, e);
                    } catch (ShutdownSignalException e) {
                        // The channel is gone with its link, which reports its own loss.
                        assert !channel.isOpen();
                    } finally {
                        connection.closed(this, own);
                    }
                });
    }
}
