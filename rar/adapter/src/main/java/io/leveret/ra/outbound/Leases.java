package io.leveret.ra.outbound;

import com.rabbitmq.client.AuthenticationFailureException;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import java.time.Duration;

/**
 * Leases of a publisher from the container's pool, and the waits around them, which hold no lease.
 *
 * <p>Which links to wait for is the container's to say: it chooses the user with the lease. It is
 * asked first, unless the same user has always signed on (see {@link UsualUser}).
 *
 * <p>Thread-safe.
 */
final class Leases {

    private static final Duration PAUSE = Duration.ofMillis(50);

    /** How often a waiting publisher looks whether it still waits for the right links. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final MqManagedConnectionFactory factory;
    private final ConnectionManager manager;

    Leases(MqManagedConnectionFactory factory, ConnectionManager manager) {
        this.factory = factory;
        this.manager = manager;
    }

    /** Something that begins with a lease. */
    interface Attempt<T> {
        T run() throws NotWrittenException, InterruptedException;
    }

    /**
     * Makes attempts until one succeeds, and waits for links before and in between; throws what the
     * last one has thrown when there may be no further one.
     */
    <T> T until(Publication p, Deadline deadline, Attempt<T> attempt)
            throws NotWrittenException, InterruptedException {
        return again(
                deadline,
                () -> {
                    awaitUsualLinks(p, deadline);
                    return attempt.run();
                });
    }

    /** The same where it is known over which links, so that only the attempt waits for them. */
    static <T> T again(Deadline deadline, Attempt<T> attempt)
            throws NotWrittenException, InterruptedException {
        while (true) {
            try {
                return attempt.run();
            } catch (NotWrittenException e) {
                waitToTryAgain(e, deadline);
            }
        }
    }

    /**
     * Waits for the links that the lease will probably need; returns at once when nobody can know.
     */
    private void awaitUsualLinks(Publication p, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        if (known() != null) {
            return;
        }
        try {
            LinkGroup links;
            while ((links = factory.usualLinks()) != null
                    && !links.isReady()
                    && !p.factory().usual().mayAsk()) {
                Deadline look = deadline.atMost(LOOK);
                if (links.awaitReady(look)) {
                    return;
                }
                if (deadline.isOver() || !look.isOver()) {
                    throw new NotWrittenException(Kind.DEADLINE, links.whyNotReady(), null);
                }
            }
        } catch (ResourceException e) {
            throw new NotWrittenException(Kind.PERMANENT, Causes.text(e), e);
        }
    }

    static void awaitReady(LinkGroup links, Deadline deadline, Throwable cause)
            throws NotWrittenException, InterruptedException {
        if (!links.awaitReady(deadline)) {
            throw new NotWrittenException(Kind.DEADLINE, links.whyNotReady(), cause);
        }
    }

    /** Waits until what has failed may be tried again; throws when it may not. */
    private static void waitToTryAgain(NotWrittenException e, Deadline deadline)
            throws NotWrittenException, InterruptedException {
        LinkGroup links = e.links();
        if (!e.temporary() || deadline.isOver()) {
            throw e;
        }
        if (links != null && !links.isReady()) {
            awaitReady(links, deadline, e);
        } else {
            // A channel died between the pool and us, or another link of the group is ready.
            deadline.pause(PAUSE);
        }
    }

    /** Gives what a lease would give, where nobody has to be asked: in a server there is none. */
    MqManagedConnection known() {
        return manager instanceof UnmanagedConnections own ? own.usual() : null;
    }

    /** Gives the way to publish over the links that the pool would give. */
    PublishPort port(Publication p, Deadline deadline) throws NotWrittenException {
        MqManagedConnection known = known();
        return (known == null ? ask(p, deadline) : known).port();
    }

    /** Asks the pool which connection it would give, and gives it back at once. */
    MqManagedConnection ask(Publication p, Deadline deadline) throws NotWrittenException {
        try (MqConnectionHandle lease = lease(p, deadline)) {
            return lease.leased();
        }
    }

    /** Gives a handle of the pool, to be closed soon: others wait for it. */
    MqConnectionHandle lease(Publication p, Deadline deadline) throws NotWrittenException {
        try (CallerDeadline scope = new CallerDeadline(deadline)) {
            assert scope != null;
            MqConnectionHandle lease =
                    (MqConnectionHandle) manager.allocateConnection(factory, null);
            p.factory().usual().is(lease.leased().group().key());
            return lease;
        } catch (ResourceException e) {
            NotWrittenException failure =
                    new NotWrittenException(
                            isTemporary(e) ? Kind.TEMPORARY : Kind.PERMANENT, Causes.text(e), e);
            learn(p.factory().usual(), failure);
            throw failure;
        }
    }

    /** Learns from a lease that failed whom it would have been for. */
    private void learn(UsualUser usual, NotWrittenException failure) {
        LinkGroup links = failure.links();
        if (links == null || Chain.has(failure, LinksDownException.class)) {
            return; // not known, or not known why
        }
        if (Chain.has(failure, AuthenticationFailureException.class)) {
            usual.isRefused(links.key());
        } else {
            usual.is(links.key());
        }
    }

    /** The link is down, or the pool handed out a connection that was just being destroyed. */
    private static boolean isTemporary(Throwable e) {
        return Chain.has(e, LinkUnavailableException.class)
                || Chain.has(e, LinksDownException.class)
                || Chain.has(e, MqManagedConnection.GoneException.class);
    }
}
