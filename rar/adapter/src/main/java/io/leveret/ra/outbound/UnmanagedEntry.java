package io.leveret.ra.outbound;

import io.leveret.ra.settings.BrokerSettings;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionRequestInfo;
import java.util.concurrent.TimeUnit;

/**
 * One managed connection of an {@link UnmanagedPool}, whose lock guards it: but whether it is
 * usable may be asked, and it may be touched, without.
 */
final class UnmanagedEntry implements ConnectionEventListener {

    private static final long TOUCH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final UnmanagedPool pool;
    private final MqManagedConnection connection;
    private int leases;
    private volatile boolean lost;
    private volatile long lastUse = System.nanoTime();

    UnmanagedEntry(UnmanagedPool pool, MqManagedConnection connection) {
        this.pool = pool;
        this.connection = connection;
    }

    MqManagedConnection connection() {
        return connection;
    }

    boolean isUsable() {
        return !lost && connection.isUsable() && !connection.isMoving();
    }

    /** Whether it may be handed out to somebody with these credentials. */
    boolean matches(BrokerSettings broker, ConnectionRequestInfo info) {
        return isUsable() && connection.matches(broker, info);
    }

    void lease() {
        leases++;
    }

    void giveBack() {
        leases--;
        lastUse = System.nanoTime();
    }

    int leases() {
        return leases;
    }

    boolean isIdle() {
        return leases == 0;
    }

    /** How long it has been idle; 0 while it is not. */
    long idleNanos() {
        return isIdle() ? System.nanoTime() - lastUse : 0;
    }

    /** A publisher goes over its links, without a lease. */
    void touch() {
        long now = System.nanoTime();
        if (now - lastUse > TOUCH_NANOS) { // written seldom, because many threads read it
            lastUse = now;
        }
    }

    void lose() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }

    // --- called without the lock ---

    @Override
    public void connectionClosed(ConnectionEvent event) {
        pool.giveBack(this);
    }

    @Override
    public void connectionErrorOccurred(ConnectionEvent event) {
        pool.lost(this);
    }

    @Override
    public void localTransactionStarted(ConnectionEvent event) {
        // No local transactions are offered.
    }

    @Override
    public void localTransactionCommitted(ConnectionEvent event) {
        // No local transactions are offered.
    }

    @Override
    public void localTransactionRolledback(ConnectionEvent event) {
        // No local transactions are offered.
    }
}
