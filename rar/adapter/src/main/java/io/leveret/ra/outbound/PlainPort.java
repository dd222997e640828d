package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way to publish over a group of links without confirms: one channel for all unconfirmed
 * publishers, opened when it is needed and again when it is lost.
 *
 * <p>An exchange that is not proven is published to with a confirm, over the quarantine of the
 * {@link PublishPort}: what the broker says there of the message is not told, only that the
 * exchange is missing or may not be written to.
 *
 * <p>Lives as long as its group of links. Thread-safe.
 */
final class PlainPort implements AutoCloseable {

    private final Outbound room;
    private final LinkGroup group;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile PlainChannel channel;

    private PlainPort(Outbound room, LinkGroup group) {
        this.room = room;
        this.group = group;
    }

    static PlainPort of(Outbound room, LinkGroup group) {
        return group.attachment(PlainPort.class, g -> new PlainPort(room, g));
    }

    /**
     * Writes one.
     *
     * @return CONFIRMED when there is nothing to say against it
     */
    Result write(Outgoing p, Deadline deadline) throws NotWrittenException, InterruptedException {
        Leases.awaitReady(group, deadline, null);
        PublishPort port = MqManagedConnectionFactory.port(room, group);
        try {
            PlainChannel open = channel(port, deadline);
            return port.isProven(p.exchange())
                    ? open.write(p, deadline)
                    : proven(port.publishQuarantined(p, deadline));
        } catch (LinkUnavailableException e) {
            throw new NotWrittenException(Kind.TEMPORARY, e.getMessage(), e).on(group);
        } catch (NotWrittenException e) {
            throw e.on(group);
        }
    }

    /** An answer that belongs to the message, not to the exchange, is not told. */
    private static Result proven(Result result) {
        boolean told =
                result.outcome() == MqOutcome.UNKNOWN
                        || ConfirmChannel.isPublishRefused(result.cause());
        return told ? result : Result.CONFIRMED;
    }

    private PlainChannel channel(PublishPort port, Deadline deadline)
            throws NotWrittenException, LinkUnavailableException, InterruptedException {
        PlainChannel known = channel;
        if (known != null && known.isUsable()) {
            return known;
        }
        if (!opening.tryLock(deadline.nanos(), TimeUnit.NANOSECONDS)) {
            throw new NotWrittenException(
                    Kind.DEADLINE, "no channel could be opened in time", null);
        }
        try {
            if (channel == null || !channel.isUsable()) {
                LinkChannel fresh = group.open(deadline, true, true, client -> {});
                channel =
                        new PlainChannel(
                                        Declarations.of(room, group).before(fresh, deadline),
                                        group.toString(),
                                        room,
                                        port::unprove)
                                .watch();
            }
            return channel;
        } finally {
            opening.unlock();
        }
    }

    @Override
    public void close() {
        PlainChannel known = channel;
        if (known != null) {
            known.retire();
        }
    }

    @Override
    public String toString() {
        return "unconfirmed publish port of " + group;
    }
}
