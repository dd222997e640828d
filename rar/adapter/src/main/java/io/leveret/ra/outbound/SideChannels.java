package io.leveret.ra.outbound;

import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkUnavailableException;

/**
 * The channels that one handle has beside the pooled one: one for requests, which is lent out and
 * comes back, and one that the application has unwrapped.
 *
 * <pre>{@code
 * OPEN --end (handle closed, or made invalid)--> ENDED: all are closed, and what is lent out
 *                                                when it comes back
 * }</pre>
 *
 * <p>Failure cases: the handle ends while a channel is lent out, or being opened; two threads want
 * one (each gets its own, and one of them is kept). Thread-safe; the monitor guards the fields only
 * and is never held during I/O.
 */
final class SideChannels {

    private SideChannel spare;
    private SideChannel unwrapped;
    private boolean ended;

    /** Lends one for requests; the caller gives it back, or closes it. */
    SideChannel lend(Outbound room, LinkKey key)
            throws LinkUnavailableException, InterruptedException {
        SideChannel kept;
        synchronized (this) {
            checkOpen();
            kept = spare;
            spare = null;
        }
        if (kept != null && kept.isFitFor(key)) {
            return kept;
        }
        if (kept != null) {
            kept.close();
        }
        return SideChannel.open(room, key);
    }

    /** Takes one back on which nothing is unsettled. */
    void giveBack(SideChannel channel) {
        synchronized (this) {
            if (!ended && spare == null && channel.isOpen()) {
                spare = channel;
                return;
            }
        }
        channel.close();
    }

    /** Gives the one that the application may use as it likes. */
    SideChannel unwrapped(Outbound room, LinkKey key)
            throws LinkUnavailableException, InterruptedException {
        SideChannel before;
        synchronized (this) {
            checkOpen();
            before = unwrapped;
            if (before != null && before.isOpen()) {
                return before;
            }
        }
        SideChannel fresh = SideChannel.open(room, key);
        synchronized (this) {
            if (!ended && unwrapped == before) {
                unwrapped = fresh;
                fresh = null;
            }
        }
        if (fresh != null) {
            fresh.close(); // the handle has ended, or another thread was faster
            return unwrapped(room, key);
        }
        if (before != null) {
            before.close();
        }
        return unwrapped(room, key);
    }

    private void checkOpen() {
        if (ended) {
            throw new IllegalStateException(MqConnectionHandle.CLOSED);
        }
    }

    /** Closes all; returns at once. */
    void end() {
        SideChannel one;
        SideChannel other;
        synchronized (this) {
            ended = true;
            one = spare;
            other = unwrapped;
            spare = null;
            unwrapped = null;
        }
        if (one != null) {
            one.close();
        }
        if (other != null) {
            other.close();
        }
    }
}
