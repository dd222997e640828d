package io.leveret.ra.outbound;

import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.MqConnectionException;
import io.leveret.MqEvent;
import io.leveret.ra.observe.Events;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.io.IOException;

/**
 * What one transaction has taken from one queue over one handle. It has a channel to itself, so
 * that a refusal elsewhere does not cost the transaction what it has taken here, and one frame
 * settles all of it.
 *
 * <pre>{@code
 * HOLDING --committed--------------> ACKNOWLEDGED  } the channel goes back to its handle, or is
 *   |  ^--get    --rolled back-----> GIVEN BACK    } closed when that has ended
 *   |
 *   +--channel lost, or given up for want of an answer--> LOST: the broker has it all back, and
 *                                                        the transaction can only roll back
 * }</pre>
 *
 * <p>Failure cases: the handle is closed or cleaned up before the end (the channel stays until
 * then); the end comes on a reaper's thread, also while a request runs (what that brings goes back
 * at once); the channel is lost between the last check and the commit (it comes again, which is
 * said); the adapter stops (all channels are lost).
 *
 * <p>Thread-safe. The monitor is held during the writes that settle, which do not wait for the
 * broker, and never during a request. Requests come one at a time.
 */
final class Taken implements Synchronization {

    private static final int RUNNING = -1;

    private final String queue;
    private final SideChannel channel;
    private final SideChannels home;
    private final String factory;
    private final Events events;
    private long last;
    private int count;
    private boolean asking;
    private int end = RUNNING;

    Taken(String queue, SideChannel channel, SideChannels home, String factory, Events events) {
        this.queue = queue;
        this.channel = channel;
        this.home = home;
        this.factory = factory;
        this.events = events;
    }

    /**
     * Takes the next message, null when there is none.
     *
     * @throws IOException when the broker refuses or does not answer: the channel is of no use then
     * @throws IllegalStateException when the transaction has ended; the message goes back
     */
    GetResponse next() throws IOException {
        synchronized (this) {
            checkRuns();
            asking = true;
        }
        GetResponse got = null;
        boolean answered = false;
        try {
            got = channel.client().basicGet(queue, false);
            channel.answered();
            answered = true;
        } finally {
            asked(got, answered);
        }
        return got;
    }

    private synchronized void asked(GetResponse got, boolean answered) {
        asking = false;
        if (got != null) {
            last = got.getEnvelope().getDeliveryTag();
            count++;
        }
        if (!answered) {
            channel.close(); // an answer that comes late would reach nobody, and the message too
        }
        if (end != RUNNING) {
            settle(false);
            home.giveBack(channel);
            checkRuns();
        }
    }

    private void checkRuns() {
        if (end != RUNNING) {
            throw new IllegalStateException("the transaction has ended meanwhile");
        }
    }

    /** Whether another request may be made on it. */
    boolean isOpen() {
        return channel.isOpen();
    }

    /** Whether it has what the transaction counts on. */
    synchronized boolean isHolding() {
        return count > 0;
    }

    MqConnectionException lost() {
        return new MqConnectionException(
                "the channel was lost that held "
                        + shown()
                        + " for the transaction; all of it went back, and the transaction can only"
                        + " roll back",
                null);
    }

    private String shown() {
        return count + " message(s) from queue '" + queue + "'";
    }

    @Override
    public synchronized void beforeCompletion() {
        // What is thrown here makes the transaction roll back and reaches the caller as its cause.
        if (count > 0 && !channel.isOpen()) {
            throw lost();
        }
    }

    @Override
    public synchronized void afterCompletion(int status) {
        end = status;
        settle(status == Status.STATUS_COMMITTED);
        if (!asking) {
            home.giveBack(channel);
        }
    }

    private void settle(boolean committed) {
        if (count == 0) {
            return;
        }
        try {
            if (committed) {
                channel.client().basicAck(last, true);
            } else {
                channel.client().basicNack(last, true, true);
            }
            channel.settled(count);
        } catch (IOException | ShutdownSignalException e) {
            if (committed) {
                events.warning(
                        MqEvent.Source.CONNECTION_FACTORY,
                        factory,
                        "could not acknowledge "
                                + shown()
                                + " after the commit: the channel is lost, and they come again",
                        e);
            }
        }
        count = 0;
    }
}
