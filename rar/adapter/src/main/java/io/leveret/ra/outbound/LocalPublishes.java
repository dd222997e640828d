package io.leveret.ra.outbound;

import io.leveret.MqEvent;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.LocalTransaction;
import jakarta.transaction.Synchronization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one transaction publishes over a managed connection that is a resource of it ({@code
 * transactionMode=LOCAL}).
 *
 * <pre>{@code
 * NONE --begin--> COLLECTING --commit--> PUBLISHING --all confirmed--> NONE
 *  ^                |    |                   |
 *  +---rollback-----+    |                   | one is not: commit throws, the container rolls back
 *  |                     |                   |
 *  |                     +--destroyed--> LOST (its commit throws: what was collected is gone)
 *  +-----------------------------------------+
 * }</pre>
 *
 * <p>On Payara and GlassFish it publishes before the completion already. What fails at the commit
 * of the last resource makes their transaction manager give up in the middle: the databases stay
 * prepared, with all locks, until somebody mends that by hand ({@code CommitScenarios}).
 *
 * <p>Failure cases: the container has not enlisted the connection, so that nothing would ever
 * commit (refused at once); the broker is away at the commit, gives one back, or does not answer
 * within the publish timeout (the transaction rolls back, and those that were confirmed before stay
 * where they are, which is told); the container destroys the connection during the transaction,
 * because its channel is lost, and commits all the same; it begins anew without having ended (what
 * was collected is not published); the reaper rolls back while the application still publishes
 * (refused).
 *
 * <p>Thread-safe. Nothing is published with the monitor held.
 */
final class LocalPublishes implements LocalTransaction, Synchronization {

    private final MqManagedConnection connection;
    private final Outbound room;
    private State state = State.NONE;
    private List<Publication> collected = new ArrayList<>();

    private enum State {
        NONE,
        COLLECTING,
        LOST
    }

    LocalPublishes(MqManagedConnection connection, Outbound room) {
        this.connection = connection;
        this.room = room;
    }

    @Override
    public void begin() {
        drop(State.COLLECTING);
    }

    /** Adds one, whose room is taken. */
    synchronized void add(Publication p) throws NotWrittenException {
        if (state != State.COLLECTING) {
            throw new NotWrittenException(
                    Kind.PERMANENT,
                    state == State.LOST
                            ? "the connection that belongs to the transaction is lost"
                            : "transactionMode=LOCAL, but the server has not made the connection"
                                    + " part of the transaction: configure its pool with"
                                    + " LocalTransaction",
                    null);
        }
        collected.add(p);
    }

    private synchronized List<Publication> take(State next) {
        List<Publication> all = collected;
        collected = new ArrayList<>();
        state = next;
        return all;
    }

    /**
     * Publishes what there is.
     *
     * @throws MqPublishException when one is not confirmed; the transaction then rolls back
     */
    @Override
    public void beforeCompletion() {
        List<Publication> all = take(State.COLLECTING);
        try {
            publish(all);
        } finally {
            room.room.free(all);
        }
    }

    @Override
    public void afterCompletion(int status) {
        // The end comes as commit or rollback.
    }

    @Override
    public void rollback() {
        drop(State.NONE);
    }

    /** The connection is destroyed. */
    void lost() {
        boolean owes;
        synchronized (this) {
            owes = !collected.isEmpty() || state == State.LOST;
        }
        drop(owes ? State.LOST : State.NONE);
    }

    private void drop(State next) {
        List<Publication> all = take(next);
        all.forEach(Publication::rolledBack);
        room.room.free(all);
    }

    @Override
    public void commit() throws ResourceException {
        boolean wasLost;
        List<Publication> all;
        synchronized (this) {
            wasLost = state == State.LOST;
            all = take(State.NONE);
        }
        if (wasLost) {
            throw new ResourceException(
                    "the transaction is rolled back, because its connection was lost with what it"
                            + " was to publish");
        }
        try {
            publish(all);
        } catch (MqPublishException e) {
            // No other exception: containers map this one to a rollback.
            throw new ResourceException(e.getMessage(), e);
        } finally {
            room.room.free(all);
        }
    }

    private void publish(List<Publication> all) {
        if (all.isEmpty()) {
            return;
        }
        Deadline deadline = Deadline.in(all.get(0).settings().publishTimeout());
        Map<Publication, Lane.Written> written = new LinkedHashMap<>();
        Result unwritten = write(all, written, deadline);
        List<Publication> confirmed = new ArrayList<>();
        MqPublishException failure = null;
        for (Publication p : all) {
            Lane.Written one = written.get(p);
            Result result = one == null ? unwritten : one.await(p, deadline);
            p.ended(result);
            if (result.outcome() == MqOutcome.CONFIRMED) {
                confirmed.add(p);
            } else if (failure == null) {
                failure =
                        new MqPublishException(
                                result.outcome(),
                                p.messageId(),
                                "the transaction is rolled back, because of its "
                                        + p
                                        + ": "
                                        + result.reason(),
                                result.cause());
            }
        }
        if (failure != null) {
            tellOf(confirmed);
            throw failure;
        }
    }

    /** Writes all in order; gives what has become of those that were not written. */
    private Result write(
            List<Publication> all, Map<Publication, Lane.Written> written, Deadline deadline) {
        try {
            for (Publication p : all) {
                PublishPort port = connection.port();
                written.put(p, Leases.again(deadline, () -> Lane.write(port, p, deadline)));
            }
            return null;
        } catch (NotWrittenException e) {
            return Result.of(MqOutcome.NOT_SENT, e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.of(MqOutcome.NOT_SENT, "the committing thread was interrupted", e);
        }
    }

    private void tellOf(List<Publication> confirmed) {
        if (!confirmed.isEmpty()) {
            room.events.warning(
                    MqEvent.Source.CONNECTION_FACTORY,
                    connection.factoryName(),
                    "rolls a transaction back of which the broker has confirmed "
                            + confirmed.size()
                            + " message(s) already; they stay: "
                            + AfterCommit.ids(confirmed),
                    null);
        }
    }
}
