package io.leveret.it.container;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.ResourceAllocationException;
import jakarta.resource.spi.TransactionSupport;
import jakarta.resource.spi.TransactionSupport.TransactionSupportLevel;
import jakarta.resource.spi.ValidatingManagedConnectionFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.security.auth.Subject;

/**
 * A connection manager with a bounded pool, as servers put between applications and adapters. Where
 * the factory reports LocalTransaction, a connection that is taken in a transaction becomes its
 * resource with one phase, is given out again to whoever asks in the same transaction, and comes
 * back to the pool when that has ended.
 */
public final class FakePool implements ConnectionManager, AutoCloseable {

    private static final long serialVersionUID = 1L;
    private static final long PERMIT_SECONDS = 20;
    private static final long PROBE_SECONDS = 3;

    private final transient ManagedConnectionFactory factory;
    private final transient Set<PoolQuirk> quirks;
    private final transient Violations violations;
    private final transient FakeTransactions transactions;
    private final transient Semaphore permits;
    private final transient Set<PoolEntry> idle = new LinkedHashSet<>();
    private final transient Set<PoolEntry> used = new LinkedHashSet<>();
    private final transient Queue<ErrorEvent> errors = new ConcurrentLinkedQueue<>();
    private transient volatile Supplier<Subject> signOn = () -> null;
    private final transient AtomicInteger closes = new AtomicInteger();
    private final transient AtomicInteger created = new AtomicInteger();
    private final transient ExecutorService helper =
            Executors.newCachedThreadPool(
                    task -> {
                        Thread thread = new Thread(task, "fake-pool");
                        thread.setDaemon(true);
                        return thread;
                    });

    FakePool(
            ManagedConnectionFactory factory,
            int size,
            Set<PoolQuirk> quirks,
            Violations violations,
            FakeTransactions transactions) {
        this.transactions = transactions;
        this.factory = factory;
        this.permits = new Semaphore(size);
        this.quirks = Set.copyOf(quirks);
        this.violations = violations;
    }

    @Override
    public Object allocateConnection(ManagedConnectionFactory caller, ConnectionRequestInfo info)
            throws ResourceException {
        if (!factory.equals(caller)) {
            violations.add("the factory does not equal itself");
        }
        FakeTransaction transaction = enlists() ? transactions.current() : null;
        if (transaction != null && transaction.get(this) instanceof PoolEntry enlisted) {
            return enlisted.open(signOn.get(), info);
        }
        if (has(PoolQuirk.SHARES_CONNECTIONS)) {
            PoolEntry shared = firstUsed(info);
            if (shared != null) {
                return shared.open(signOn.get(), info);
            }
        }
        acquire();
        PoolEntry entry = checkOut(info);
        Object handle;
        try {
            if (transaction != null) {
                entry.enlist(transaction);
                transaction.put(this, entry);
            }
            handle = entry.open(signOn.get(), info);
        } catch (ResourceException | RuntimeException e) {
            entry.destroy();
            throw e;
        }
        return has(PoolQuirk.ASSOCIATES_HANDLES) ? move(handle, entry, info) : handle;
    }

    /**
     * Signs on for the application: one pool for all users, as on GlassFish, so that the factory
     * has to tell them apart.
     *
     * @param subject asked for each connection
     */
    public void signOn(Supplier<Subject> subject) {
        signOn = subject;
    }

    /** Gives the factory that this pool is over. */
    public ManagedConnectionFactory factory() {
        return factory;
    }

    /** Asks the factory which idle connections are invalid and destroys those. */
    public Set<?> validateIdle() throws ResourceException {
        Set<ManagedConnection> asked = new HashSet<>();
        List<PoolEntry> entries;
        synchronized (this) {
            entries = List.copyOf(idle);
        }
        entries.forEach(e -> asked.add(e.connection()));
        Set<?> invalid =
                ((ValidatingManagedConnectionFactory) factory).getInvalidConnections(asked);
        entries.stream().filter(e -> invalid.contains(e.connection())).forEach(PoolEntry::destroy);
        return invalid;
    }

    /** Gives all connectionErrorOccurred events so far. */
    public List<ErrorEvent> errors() {
        return List.copyOf(errors);
    }

    /** Forgets the events so far, with the connections that they hold. */
    public void forgetErrors() {
        errors.clear();
    }

    /** Counts accepted connectionClosed events. */
    public int closes() {
        return closes.get();
    }

    /** Counts createManagedConnection calls that succeeded. */
    public int created() {
        return created.get();
    }

    /** Gives the connections that applications hold. */
    public synchronized List<ManagedConnection> used() {
        return used.stream().map(PoolEntry::connection).toList();
    }

    /** Gives the connections that wait for an application. */
    public synchronized List<ManagedConnection> idle() {
        return idle.stream().map(PoolEntry::connection).toList();
    }

    /** Counts the connections that exist. */
    public synchronized int size() {
        return idle.size() + used.size();
    }

    /** Destroys all connections, those in use too. */
    @Override
    public void close() {
        List<PoolEntry> all = new ArrayList<>();
        synchronized (this) {
            all.addAll(idle);
            all.addAll(used);
        }
        all.forEach(PoolEntry::destroy);
        helper.shutdownNow();
    }

    private boolean enlists() {
        return !has(PoolQuirk.IGNORES_TRANSACTION_SUPPORT)
                && factory instanceof TransactionSupport support
                && support.getTransactionSupport() == TransactionSupportLevel.LocalTransaction;
    }

    boolean has(PoolQuirk quirk) {
        return quirks.contains(quirk);
    }

    void closed() {
        closes.incrementAndGet();
    }

    void failed(ErrorEvent event) {
        errors.add(event);
    }

    void giveBack(PoolEntry entry) {
        boolean reusable = entry.clean() && !entry.broken();
        if (!reusable) {
            entry.destroy();
            return;
        }
        boolean returned;
        synchronized (this) {
            returned = used.remove(entry);
            if (returned) {
                idle.add(entry);
            }
        }
        if (returned) {
            permits.release();
        }
    }

    void forget(PoolEntry entry) {
        boolean wasUsed;
        synchronized (this) {
            idle.remove(entry);
            wasUsed = used.remove(entry);
        }
        if (wasUsed) {
            permits.release();
        }
    }

    /** Deals with a connection that fired its error event. */
    void evict(PoolEntry entry) {
        if (has(PoolQuirk.DESTROYS_LATER)) {
            return;
        }
        if (has(PoolQuirk.DESTROYS_IN_ERROR)) {
            entry.destroy();
        } else {
            helper.execute(entry::destroy);
        }
    }

    /** Calls what other threads of a server may call meanwhile; it must not wait for the event. */
    void probe(PoolEntry entry) {
        Set<ManagedConnection> one = Collections.singleton(entry.connection());
        Future<?> done =
                helper.submit(
                        () -> {
                            factory.matchManagedConnections(one, null, null);
                            if (factory instanceof ValidatingManagedConnectionFactory validating) {
                                validating.getInvalidConnections(one);
                            }
                            entry.connection().cleanup();
                            return null;
                        });
        try {
            done.get(PROBE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            violations.add("match, validate or cleanup waits for the error event's dispatch");
        } catch (ExecutionException e) {
            violations.add("match, validate or cleanup during the error event: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acquire() throws ResourceException {
        try {
            if (!permits.tryAcquire(PERMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new ResourceAllocationException("no connection is free");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceAllocationException(e);
        }
    }

    /** Needs a permit; gives it back when it throws. */
    private PoolEntry checkOut(ConnectionRequestInfo info) throws ResourceException {
        Subject subject = signOn.get();
        PoolEntry entry = null;
        try {
            entry = subject == null ? nextIdle(info) : matched(subject, info);
        } catch (ResourceException | RuntimeException e) {
            permits.release();
            throw e;
        }
        if (entry != null && subject != null) {
            return entry;
        }
        while (entry != null) {
            if (usable(entry, info)) {
                return entry;
            }
            boolean mine;
            synchronized (this) {
                mine = used.remove(entry); // keeps the permit for the next one
            }
            if (!mine) {
                acquire(); // who destroyed it meanwhile has given the permit back
            }
            entry.destroy();
            entry = nextIdle(info);
        }
        try {
            ManagedConnection connection = factory.createManagedConnection(subject, info);
            created.incrementAndGet();
            entry = new PoolEntry(this, connection, info, violations);
        } catch (ResourceException | RuntimeException e) {
            permits.release();
            throw e;
        }
        synchronized (this) {
            used.add(entry);
        }
        if (entry.gone()) {
            forget(entry); // lost and destroyed before it was among the used ones
        }
        return entry;
    }

    private boolean usable(PoolEntry entry, ConnectionRequestInfo info) {
        if (entry.broken()) {
            return false;
        }
        Set<ManagedConnection> one = Collections.singleton(entry.connection());
        try {
            return entry.guarded("match", () -> matches(entry, one, info));
        } catch (ResourceException e) {
            return false;
        }
    }

    private boolean matches(PoolEntry entry, Set<ManagedConnection> one, ConnectionRequestInfo info)
            throws ResourceException {
        ManagedConnection matched = factory.matchManagedConnections(one, null, info);
        if (matched == null) {
            if (!entry.broken()) { // else this pool has destroyed it meanwhile, in another thread
                violations.add("match found nothing: some servers refuse the request then");
            }
            return false;
        }
        if (!has(PoolQuirk.VALIDATES_ON_MATCH)) {
            return true;
        }
        return ((ValidatingManagedConnectionFactory) factory).getInvalidConnections(one).isEmpty();
    }

    private Object move(Object handle, PoolEntry from, ConnectionRequestInfo info)
            throws ResourceException {
        if (!permits.tryAcquire()) {
            return handle; // all others are in use, nothing to move it to
        }
        PoolEntry to = checkOut(info);
        to.adopt(handle, from);
        giveBack(from);
        return handle;
    }

    private PoolEntry matched(Subject subject, ConnectionRequestInfo info)
            throws ResourceException {
        Set<ManagedConnection> candidates = new LinkedHashSet<>(idle());
        ManagedConnection matched = factory.matchManagedConnections(candidates, subject, info);
        synchronized (this) {
            for (PoolEntry entry : idle) {
                if (entry.connection() == matched) {
                    idle.remove(entry);
                    used.add(entry);
                    return entry;
                }
            }
            return null;
        }
    }

    private synchronized PoolEntry nextIdle(ConnectionRequestInfo info) {
        PoolEntry entry = idle.stream().filter(e -> e.isFor(info)).findFirst().orElse(null);
        if (entry != null) {
            idle.remove(entry);
            used.add(entry);
        }
        return entry;
    }

    private synchronized PoolEntry firstUsed(ConnectionRequestInfo info) {
        return used.stream().filter(e -> e.isFor(info)).findFirst().orElse(null);
    }
}
