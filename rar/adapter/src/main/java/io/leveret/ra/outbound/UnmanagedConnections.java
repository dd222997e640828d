package io.leveret.ra.outbound;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnectionFactory;

/**
 * Stands in for the container where there is none, with a small pool of its own. Belongs to one
 * factory. Thread-safe.
 */
final class UnmanagedConnections implements ConnectionManager {

    private static final long serialVersionUID = 1L;

    private transient volatile UnmanagedPool pool;

    @Override
    public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo info)
            throws ResourceException {
        return pool((MqManagedConnectionFactory) factory).lease(info);
    }

    /** Gives what publishers would lease; null when there is none now. */
    MqManagedConnection usual() {
        UnmanagedPool known = pool;
        return known == null ? null : known.usual();
    }

    private UnmanagedPool pool(MqManagedConnectionFactory factory) throws ResourceException {
        UnmanagedPool known = pool;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            if (pool == null) {
                pool = new UnmanagedPool(factory);
            }
            return pool;
        }
    }
}
