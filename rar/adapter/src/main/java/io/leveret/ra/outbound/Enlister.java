package io.leveret.ra.outbound;

import io.leveret.MqTransactionMode;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import io.leveret.ra.tx.AfterCommitBuffer;
import io.leveret.ra.tx.Transactions;

/**
 * Puts publishes of applications into the {@link AfterCommitBuffer} of the transaction that they
 * belong to.
 *
 * <p>Failure cases: nobody can connect before the deadline, the transaction is marked for rollback
 * or ends meanwhile, too many publishes wait already (the transaction is marked for rollback): in
 * each of them nothing is enlisted. Thread-safe.
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
        if (mode != MqTransactionMode.AFTER_COMMIT || !room.transactions.exists()) {
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
        LinkGroup links = leases.until(p, deadline, () -> links(p, deadline));
        Leases.awaitReady(links, deadline, null);
        enlist(p, links);
    }

    private LinkGroup links(Publication p, Deadline deadline) throws NotWrittenException {
        try (MqConnectionHandle lease = leases.lease(p, deadline)) {
            return lease.leased().group();
        }
    }

    /** Enlists for a group of links that is known. */
    void enlist(Publication p, LinkGroup group) throws NotWrittenException {
        Outbound room = factory.room();
        Transactions transactions = room.transactions;
        if (!room.retrier.reserve()) {
            transactions.markRollback();
            throw new NotWrittenException(
                    Kind.PERMANENT,
                    "more than " + Retrier.ROOM + " publishes wait for a commit or a broker",
                    null);
        }
        boolean enlisted = false;
        try {
            AfterCommitBuffer<Publication> buffer = transactions.buffer(group);
            if (buffer == null) {
                buffer = open(room, group);
            }
            buffer.add(buffer.possibleDuplicate() ? p.marked() : p);
            enlisted = true;
        } catch (IllegalStateException e) {
            // The registry's word for it: a reaper was faster than the check before.
            throw new NotWrittenException(
                    Kind.PERMANENT, "the transaction has ended meanwhile: " + p, e);
        } finally {
            if (!enlisted) {
                room.retrier.free(1);
            }
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
                    new AfterCommit(port, room.retrier, room.events, false, held::release);
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
