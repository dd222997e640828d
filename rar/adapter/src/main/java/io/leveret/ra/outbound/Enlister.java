package io.leveret.ra.outbound;

import io.leveret.MqTransactionMode;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import io.leveret.ra.tx.AfterCommitBuffer;
import io.leveret.ra.tx.Transactions;
import jakarta.resource.ResourceException;
import java.util.List;

/**
 * Makes publishes of applications part of the transaction that they belong to: they go into its
 * {@link AfterCommitBuffer}, or to the managed connection that is a resource of it ({@link
 * LocalPublishes}).
 *
 * <p>Failure cases: nobody can connect before the deadline, or within the {@link Patience}, the
 * transaction is marked for rollback or ends meanwhile, too many publishes wait already (the
 * transaction is marked for rollback): in each of them nothing is enlisted. Thread-safe.
 */
final class Enlister {

    private final MqManagedConnectionFactory factory;
    private final Leases leases;

    Enlister(MqManagedConnectionFactory factory, Leases leases) {
        this.factory = factory;
        this.leases = leases;
    }

    /** Says whether a publish belongs to the thread's transaction. */
    boolean isDue(MqTransactionMode mode, Publication p) throws NotWrittenException {
        Outbound room = factory.room();
        if (room == null) {
            throw new NotWrittenException(
                    Kind.PERMANENT, "the resource adapter is not started", null);
        }
        if (mode == MqTransactionMode.NONE || !room.transactions.exists()) {
            return false;
        }
        if (!room.transactions.isActive()) {
            throw new NotWrittenException(
                    Kind.PERMANENT, "the transaction is marked for rollback or ending: " + p, null);
        }
        return true;
    }

    /** Leases once to know link and credentials, and that there is a connection at all. */
    void enlist(Publication p, Deadline deadline) throws NotWrittenException, InterruptedException {
        Deadline patient = patient(p, deadline);
        // Where it is a resource of the transaction the pool keeps it for that.
        MqManagedConnection leased = leases.until(p, patient, () -> leases.ask(p, patient));
        Leases.awaitReady(leased.group(), patient, null);
        enlist(p, leased);
    }

    /** Until when to wait for the links that are probably needed. */
    private Deadline patient(Publication p, Deadline deadline) throws NotWrittenException {
        try {
            LinkGroup links = factory.usualLinks();
            return links == null
                    ? deadline
                    : MqManagedConnectionFactory.port(factory.startedRoom(), links)
                            .patience()
                            .until(deadline, p.settings().transactions().afterCommitTimeout());
        } catch (ResourceException e) {
            throw new NotWrittenException(Kind.PERMANENT, Causes.text(e), e);
        }
    }

    /** Enlists for a managed connection that is known. */
    void enlist(Publication p, MqManagedConnection connection) throws NotWrittenException {
        Outbound room = factory.room();
        if (!room.room.take(p)) {
            room.transactions.markRollback();
            throw new NotWrittenException(Kind.PERMANENT, room.room.whyFull(), null);
        }
        boolean enlisted = false;
        try {
            if (p.settings().transactions().mode() == MqTransactionMode.LOCAL) {
                enlistLocally(p, connection.local(), room.transactions);
            } else {
                buffer(p, room, connection.group());
            }
            enlisted = true;
        } finally {
            if (!enlisted) {
                room.room.free(List.of(p));
            }
        }
    }

    private void enlistLocally(Publication p, LocalPublishes local, Transactions transactions)
            throws NotWrittenException {
        if (factory.publishesBeforeCompletion() && transactions.synchronization(local) == null) {
            transactions.register(local, local);
        }
        local.add(transactions.isForPossibleDuplicate() ? p.marked() : p);
    }

    private static void buffer(Publication p, Outbound room, LinkGroup group)
            throws NotWrittenException {
        try {
            AfterCommitBuffer<Publication> buffer = room.transactions.buffer(group);
            if (buffer == null) {
                buffer = open(room, group);
            }
            buffer.add(buffer.possibleDuplicate() ? p.marked() : p);
        } catch (IllegalStateException e) {
            // The registry's word for it: a reaper was faster than the check before.
            throw new NotWrittenException(
                    Kind.PERMANENT, "the transaction has ended meanwhile: " + p, e);
        }
    }

    /** Holds the links until the transaction's publishes are done. */
    private static AfterCommitBuffer<Publication> open(Outbound room, LinkGroup group)
            throws NotWrittenException {
        LinkGroup held;
        try {
            held = room.links.acquire(group.key());
        } catch (LinkUnavailableException e) {
            throw new NotWrittenException(Kind.PERMANENT, e.getMessage(), e);
        }
        boolean opened = false;
        try {
            PublishPort port = MqManagedConnectionFactory.port(room, held);
            AfterCommit flusher =
                    new AfterCommit(
                            port, room.retrier, room.room, room.events, false, held::release);
            AfterCommitBuffer<Publication> buffer = room.transactions.open(group, flusher);
            opened = true;
            return buffer;
        } finally {
            if (!opened) {
                held.release();
            }
        }
    }
}
