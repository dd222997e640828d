package io.leveret.ra.outbound;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;

/**
 * Stands in for the container where there is none: each handle gets a channel of its own, which
 * ends with it. No pool: outside a server that is the application's business. Thread-safe.
 */
final class UnmanagedConnections implements ConnectionManager {

    private static final long serialVersionUID = 1L;

    @Override
    public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo info)
            throws ResourceException {
        ManagedConnection connection = factory.createManagedConnection(null, info);
        connection.addConnectionEventListener(new DestroyAtEnd());
        return connection.getConnection(null, info);
    }

    private static final class DestroyAtEnd implements ConnectionEventListener {

        private static void destroy(ConnectionEvent event) {
            ((MqManagedConnection) event.getSource()).destroy();
        }

        @Override
        public void connectionClosed(ConnectionEvent event) {
            destroy(event);
        }

        @Override
        public void connectionErrorOccurred(ConnectionEvent event) {
            destroy(event);
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
}
