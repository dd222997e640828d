package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.LinkSettings;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ResourceAllocationException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The managed connections of a factory that is used without a server. Publishers share one of them,
 * because they lease for one write; and as long as it is in order they do not even lease ({@link
 * #usual}). What an application opens has one to itself until it closes it. Nothing is opened ahead
 * of need.
 *
 * <pre>{@code
 *        +--publisher--> SHARED --last lease given back--+
 * IDLE --+                                               +--> IDLE
 *        +--application--> HELD --closed-----------------+     |
 *                                                              | idle too long, or too many idle
 * any --error, or its link has moved--> DESTROYED <------------+
 * }</pre>
 *
 * <p>Failure cases: the connection is lost while leases point to it (their writes fail unwritten
 * and are tried again on another one); several publishers come at once while there is none (one
 * opens one, the others wait for it); an application takes the one that publishers use while they
 * do not (they lease another one; who has looked it up just before publishes there once more). Only
 * what matches user and password is handed out.
 *
 * <p>Nothing that lives on in the factory's threads holds the pool: it ends with the factory. Held
 * connections are not listed. Thread-safe; the lock is never held while a managed connection is
 * opened or destroyed.
 */
final class UnmanagedPool {

    private static final int MOST_IDLE = 8;

    private final MqManagedConnectionFactory factory;
    private final Duration idleTime;
    private final Duration openTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private final List<UnmanagedEntry> entries = new ArrayList<>();
    private boolean opening;
    private boolean timed;

    /** What publishers have leased last, unless an application has taken it since. */
    private volatile UnmanagedEntry usual;

    UnmanagedPool(MqManagedConnectionFactory factory) throws ResourceException {
        LinkSettings link = factory.link();
        this.factory = factory;
        this.idleTime = link.idleTimeout();
        this.openTime = link.connectTimeout();
    }

    /** Gives a handle: a publisher's when the thread has a publisher's deadline. */
    Object lease(ConnectionRequestInfo info) throws ResourceException {
        boolean shared = CallerDeadline.isSet();
        UnmanagedEntry entry = shared ? share(info) : hold(info);
        if (shared) {
            usual = entry; // publishers sign on as nobody else
        }
        boolean leased = false;
        try {
            Object handle = entry.connection().getConnection(null, info);
            leased = true;
            return handle;
        } finally {
            if (!leased) {
                giveBack(entry);
            }
        }
    }

    /** Gives what publishers would lease; null when there is none, or it has to be waited for. */
    MqManagedConnection usual() {
        UnmanagedEntry entry = usual;
        if (entry == null || !entry.isUsable() || !entry.connection().group().isReady()) {
            return null;
        }
        entry.touch();
        return entry.connection();
    }

    private UnmanagedEntry hold(ConnectionRequestInfo info) throws ResourceException {
        BrokerSettings broker = factory.signOn(null, info);
        lock.lock();
        try {
            UnmanagedEntry least = leastUsed(broker, info);
            if (least != null && least.isIdle()) {
                entries.remove(least);
                if (least == usual) {
                    usual = null;
                }
                least.lease();
                return least;
            }
        } finally {
            lock.unlock();
        }
        return open(info);
    }

    private UnmanagedEntry share(ConnectionRequestInfo info) throws ResourceException {
        UnmanagedEntry known = shareOrMayOpen(info);
        if (known != null) {
            return known;
        }
        UnmanagedEntry fresh = null;
        try {
            fresh = open(info);
            return fresh;
        } finally {
            opened(fresh);
        }
    }

    /** Gives one to share, or null when the caller is to open one; waits while another one does. */
    private UnmanagedEntry shareOrMayOpen(ConnectionRequestInfo info) throws ResourceException {
        BrokerSettings broker = factory.signOn(null, info);
        lock.lock();
        try {
            Deadline deadline = null;
            while (true) {
                UnmanagedEntry least = leastUsed(broker, info);
                if (least != null) {
                    least.lease();
                    return least;
                }
                if (!opening) {
                    opening = true;
                    return null;
                }
                deadline = deadline == null ? CallerDeadline.current(openTime) : deadline;
                awaitOpened(deadline);
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitOpened(Deadline deadline) throws ResourceException {
        long left = deadline.nanos();
        if (left == 0) {
            throw new ResourceAllocationException("no channel could be opened in time");
        }
        try {
            opened.awaitNanos(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceAllocationException("interrupted while waiting for a channel", e);
        }
    }

    /** An attempt to open one to share has ended. */
    private void opened(UnmanagedEntry fresh) {
        lock.lock();
        try {
            opening = false;
            if (fresh != null && !fresh.isLost()) {
                entries.add(fresh);
            }
            opened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private UnmanagedEntry open(ConnectionRequestInfo info) throws ResourceException {
        MqManagedConnection connection =
                (MqManagedConnection) factory.createManagedConnection(null, info);
        UnmanagedEntry entry = new UnmanagedEntry(this, connection);
        connection.addConnectionEventListener(entry);
        entry.lease();
        return entry;
    }

    private UnmanagedEntry leastUsed(BrokerSettings broker, ConnectionRequestInfo info) {
        UnmanagedEntry least = null;
        for (UnmanagedEntry entry : entries) {
            if (entry.matches(broker, info) && (least == null || entry.leases() < least.leases())) {
                least = entry;
            }
        }
        return least;
    }

    // --- the end of leases ---

    /** A handle was closed. */
    void giveBack(UnmanagedEntry entry) {
        boolean destroy = false;
        lock.lock();
        try {
            entry.giveBack();
            if (entry.isIdle()) {
                destroy = !keep(entry);
            }
        } finally {
            lock.unlock();
        }
        if (destroy) {
            entry.connection().destroy();
        }
    }

    /** Keeps one that has just become idle, when it is of use. */
    private boolean keep(UnmanagedEntry entry) {
        boolean listed = entries.contains(entry);
        if (!entry.isUsable() || !listed && idle() >= MOST_IDLE) {
            entries.remove(entry);
            return false;
        }
        if (!listed) {
            entries.add(entry);
        }
        endIdleLater(idleTime);
        return true;
    }

    private int idle() {
        return (int) entries.stream().filter(UnmanagedEntry::isIdle).count();
    }

    /** It is of no use any more; called on a worker thread. */
    void lost(UnmanagedEntry entry) {
        lock.lock();
        try {
            entry.lose();
            entries.remove(entry);
        } finally {
            lock.unlock();
        }
        entry.connection().destroy();
    }

    private void endIdleLater(Duration delay) {
        if (!timed) {
            timed = true;
            WeakReference<UnmanagedPool> self = new WeakReference<>(this);
            factory.room()
                    .threads
                    .after(
                            delay,
                            () -> {
                                UnmanagedPool pool = self.get();
                                if (pool != null) {
                                    pool.endIdle();
                                }
                            });
        }
    }

    /** Destroys what was idle for too long, and comes again for the others. */
    private void endIdle() {
        List<UnmanagedEntry> ended = new ArrayList<>();
        lock.lock();
        try {
            timed = false;
            long left = Long.MAX_VALUE;
            for (UnmanagedEntry entry : entries) {
                long rest = idleTime.toNanos() - (entry.idleNanos());
                if (rest <= 0) {
                    ended.add(entry);
                } else {
                    left = Math.min(left, rest);
                }
            }
            entries.removeAll(ended);
            if (!entries.isEmpty()) {
                endIdleLater(Duration.ofNanos(left));
            }
        } finally {
            lock.unlock();
        }
        ended.forEach(entry -> entry.connection().destroy());
    }
}
