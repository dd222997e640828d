package io.leveret.ra.outbound;

import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import io.leveret.ra.settings.PublishRetrySettings;
import java.time.Duration;

/**
 * Publishes one message outside of transactions and waits for its answer, again where that is due:
 * see {@link Tries}. No lease is held while it waits. Thread-safe.
 */
final class Sending {

    private final MqManagedConnectionFactory factory;
    private final Leases leases;

    Sending(MqManagedConnectionFactory factory, Leases leases) {
        this.factory = factory;
        this.leases = leases;
    }

    /** Something that ends with a result. */
    interface Attempt {
        Result run() throws NotWrittenException, LinkUnavailableException, InterruptedException;
    }

    /** One try. */
    private interface Try {
        Result run(Publication p)
                throws NotWrittenException, LinkUnavailableException, InterruptedException;
    }

    /** Publishes with leases of the pool. */
    Result send(Publication p, PublishRetrySettings retry, Deadline deadline) {
        Try leased = each -> leases.until(each, deadline, () -> leaseAndSend(each, deadline));
        return all(p, new Tries(retry, deadline), deadline, leased, leased);
    }

    /**
     * Publishes on a handle that the application holds itself, without waiting for a lost link.
     * Made again, it goes over the same links, but no longer over the handle's channel, which may
     * be lost.
     */
    Result sendOn(
            MqConnectionHandle handle,
            LinkGroup group,
            Publication p,
            PublishRetrySettings retry,
            Deadline deadline) {
        return all(
                p,
                new Tries(retry, deadline),
                deadline,
                each -> sendOn(handle, group, each, deadline),
                each -> sendOver(group, each, deadline));
    }

    private static Result all(
            Publication p, Tries tries, Deadline deadline, Try first, Try further) {
        Result result = result(() -> first.run(p));
        Duration pause = tries.next(result);
        while (pause != null && paused(pause, deadline)) {
            result = result(() -> further.run(tries.again(p)));
            if (result.outcome() != MqOutcome.NOT_SENT) {
                tries.written(p.factory());
            }
            pause = tries.next(result);
        }
        return tries.whole(result);
    }

    /** Returns false when the caller was interrupted. */
    static boolean paused(Duration pause, Deadline deadline) {
        try {
            deadline.pause(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** NOT_SENT where nothing was written. */
    static Result result(Attempt attempt) {
        try {
            return attempt.run();
        } catch (NotWrittenException | LinkUnavailableException e) {
            return Result.of(MqOutcome.NOT_SENT, e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.of(MqOutcome.NOT_SENT, "the caller was interrupted", e);
        }
    }

    private Result leaseAndSend(Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        MqManagedConnection known = leases.known();
        PendingPublish pending;
        PublishPort port;
        if (known != null) {
            port = known.port();
            pending = writeIfProven(known, p, deadline);
        } else {
            try (MqConnectionHandle lease = leases.lease(p, deadline)) {
                port = lease.leased().port();
                pending = writeIfProven(lease.leased(), p, deadline);
            }
        }
        return pending == null
                ? Lane.write(port, p, deadline).await(p, deadline)
                : answer(p, port, pending, deadline);
    }

    private static PendingPublish writeIfProven(
            MqManagedConnection connection, Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        return connection.port().isProven(p.exchange()) ? write(connection, p, deadline) : null;
    }

    private static PendingPublish write(
            MqManagedConnection connection, Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        try {
            return connection.channel().publish(p, deadline, false);
        } catch (NotWrittenException e) {
            throw e.on(connection.group());
        }
    }

    private static Result sendOn(
            MqConnectionHandle handle, LinkGroup group, Publication p, Deadline deadline)
            throws NotWrittenException, LinkUnavailableException, InterruptedException {
        PublishPort port = handle.held().port();
        if (!port.isProven(p.exchange())) {
            return port.publishQuarantined(p, deadline);
        }
        if (!group.awaitReady(deadline)) {
            throw new NotWrittenException(Kind.DEADLINE, group.whyNotReady(), null);
        }
        Result result = answer(p, port, write(handle.held(), p, deadline), deadline);
        // Its channel was the handle's: that has gone, and is not waited for.
        return result.isLeftOver()
                ? Result.of(result.outcome(), result.reason(), result.cause().getCause())
                : result;
    }

    /** Publishes over links that are known, and waits for them where they are lost. */
    private Result sendOver(LinkGroup group, Publication p, Deadline deadline)
            throws NotWrittenException, LinkUnavailableException, InterruptedException {
        Outbound room = factory.room();
        LinkGroup held = room.links.acquire(group.key());
        try {
            PublishPort port = MqManagedConnectionFactory.port(room, held);
            Lane.Written written = Leases.again(deadline, () -> Lane.write(port, p, deadline));
            return written.await(p, deadline);
        } finally {
            held.release();
        }
    }

    private static Result answer(
            Publication p, PublishPort port, PendingPublish pending, Deadline deadline) {
        Result result = pending.await(deadline);
        port.learn(p, result);
        return result;
    }
}
