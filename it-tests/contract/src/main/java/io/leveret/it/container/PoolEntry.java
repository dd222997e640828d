package io.leveret.it.container;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.security.auth.Subject;

/** One managed connection in the pool, and the pool's listener on it. */
final class PoolEntry implements ConnectionEventListener, FakeTransaction.OnePhase {

    /** A call into the adapter. */
    interface Call<T> {
        T run() throws ResourceException;
    }

    private static final long LOCK_SECONDS = 5;

    private final FakePool pool;
    private final ManagedConnection connection;
    private final ConnectionRequestInfo info;
    private final Violations violations;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Object> handles = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean enlisted;
    private boolean broken;
    private boolean gone;

    PoolEntry(
            FakePool pool,
            ManagedConnection connection,
            ConnectionRequestInfo info,
            Violations violations) {
        this.pool = pool;
        this.connection = connection;
        this.info = info;
        this.violations = violations;
        connection.addConnectionEventListener(this);
    }

    ManagedConnection connection() {
        return connection;
    }

    /** Pools are apart by request info, as on IronJacamar. */
    boolean isFor(ConnectionRequestInfo wanted) {
        return Objects.equals(info, wanted);
    }

    synchronized boolean broken() {
        return broken;
    }

    synchronized boolean gone() {
        return gone;
    }

    Object open(Subject subject, ConnectionRequestInfo info) throws ResourceException {
        Object handle = connection.getConnection(subject, info);
        synchronized (this) {
            handles.add(handle);
        }
        return handle;
    }

    /** Makes the connection a resource of a transaction. */
    void enlist(FakeTransaction transaction) throws ResourceException {
        transaction.enlist(this);
        synchronized (this) {
            enlisted = true;
        }
        connection.getLocalTransaction().begin();
    }

    @Override
    public void commit() throws ResourceException {
        connection.getLocalTransaction().commit();
    }

    @Override
    public void rollback() throws ResourceException {
        connection.getLocalTransaction().rollback();
    }

    @Override
    public void ended() {
        boolean unused;
        synchronized (this) {
            enlisted = false;
            unused = handles.isEmpty() && !gone;
        }
        if (unused) {
            pool.giveBack(this);
        }
    }

    /** Takes a handle over from another connection. */
    void adopt(Object handle, PoolEntry from) throws ResourceException {
        synchronized (from) {
            from.handles.remove(handle);
        }
        synchronized (this) {
            handles.add(handle);
        }
        connection.associateConnection(handle);
    }

    /** Runs a call as this pool does: with the connection's lock held where the quirk says so. */
    <T> T guarded(String what, Call<T> call) throws ResourceException {
        if (!pool.has(PoolQuirk.HOLDS_LOCK)) {
            return call.run();
        }
        boolean locked = false;
        try {
            locked = lock.tryLock(LOCK_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!locked) {
            violations.add("deadlock: no lock for " + what + " within " + LOCK_SECONDS + " s");
            return call.run();
        }
        try {
            return call.run();
        } finally {
            lock.unlock();
        }
    }

    /** Returns false when the connection cannot be used again. */
    boolean clean() {
        try {
            guarded(
                    "cleanup",
                    () -> {
                        connection.cleanup();
                        return null;
                    });
            return true;
        } catch (ResourceException e) {
            return false;
        } catch (RuntimeException e) {
            violations.add("cleanup threw " + e);
            return false;
        }
    }

    /** Ends the connection once, with all that the quirks add to it. */
    void destroy() {
        synchronized (this) {
            if (gone) {
                return;
            }
            gone = true;
        }
        pool.forget(this);
        call("destroy", connection::destroy);
        if (pool.has(PoolQuirk.DESTROYS_TWICE)) {
            call("the second destroy", connection::destroy);
        }
        if (pool.has(PoolQuirk.CLEANS_AFTER_DESTROY)) {
            call("cleanup after destroy", connection::cleanup);
        }
    }

    @Override
    public void connectionClosed(ConnectionEvent event) {
        if (event.getId() != ConnectionEvent.CONNECTION_CLOSED) {
            violations.add("connectionClosed with event id " + event.getId());
        }
        if (event.getSource() != connection) {
            violations.add("connectionClosed with another connection as source");
        }
        Object handle = event.getConnectionHandle();
        boolean last;
        synchronized (this) {
            if (gone) {
                return; // an application closes late: harmless, servers only log it
            }
            if (handle == null) {
                violations.add("connectionClosed without a handle");
            } else if (!handles.remove(handle)) {
                violations.add("connectionClosed for a handle that is not open here");
                return;
            }
            last = handles.isEmpty() && !enlisted;
        }
        pool.closed();
        if (last) {
            pool.giveBack(this);
        }
    }

    @Override
    public void connectionErrorOccurred(ConnectionEvent event) {
        Thread thread = Thread.currentThread();
        pool.failed(
                new ErrorEvent(
                        connection,
                        thread.getName(),
                        List.of(thread.getStackTrace()),
                        event.getException()));
        if (event.getId() != ConnectionEvent.CONNECTION_ERROR_OCCURRED) {
            violations.add("connectionErrorOccurred with event id " + event.getId());
        }
        if (event.getSource() != connection) {
            violations.add("connectionErrorOccurred with another connection as source");
        }
        List<String> held = HeldLocks.now();
        if (!held.isEmpty()) {
            violations.add("connectionErrorOccurred fired with locks held: " + held);
        }
        synchronized (this) {
            broken = true;
        }
        if (pool.has(PoolQuirk.PROBES_LOCKS_IN_ERROR)) {
            pool.probe(this);
        }
        if (pool.has(PoolQuirk.REMOVES_LISTENER_IN_ERROR)) {
            connection.removeConnectionEventListener(this);
        }
        pool.evict(this);
    }

    @Override
    public void localTransactionStarted(ConnectionEvent event) {
        violations.add("local transaction event");
    }

    @Override
    public void localTransactionCommitted(ConnectionEvent event) {
        violations.add("local transaction event");
    }

    @Override
    public void localTransactionRolledback(ConnectionEvent event) {
        violations.add("local transaction event");
    }

    private interface Step {
        void run() throws ResourceException;
    }

    private void call(String what, Step step) {
        try {
            guarded(
                    what,
                    () -> {
                        step.run();
                        return null;
                    });
        } catch (ResourceException | RuntimeException e) {
            violations.add(what + " threw " + e);
        }
    }
}
