package io.leveret.it.container;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.LocalTransaction;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.ManagedConnectionMetaData;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.security.auth.Subject;
import javax.transaction.xa.XAResource;

/** A managed connection with the classic faults: one monitor for all, and a plain listener list. */
final class BadConnection implements ManagedConnection {

    private final List<ConnectionEventListener> listeners = new ArrayList<>();

    /** Fires the error event with the monitor held. */
    synchronized void fail() {
        for (ConnectionEventListener listener : listeners) {
            listener.connectionErrorOccurred(
                    new ConnectionEvent(this, ConnectionEvent.CONNECTION_ERROR_OCCURRED));
        }
    }

    /** Fires the closed event without the handle. */
    void close() {
        for (ConnectionEventListener listener : List.copyOf(listeners)) {
            listener.connectionClosed(new ConnectionEvent(this, ConnectionEvent.CONNECTION_CLOSED));
        }
    }

    @Override
    public Object getConnection(Subject subject, ConnectionRequestInfo info) {
        return "handle";
    }

    @Override
    public synchronized void destroy() {
        listeners.clear();
    }

    @Override
    public synchronized void cleanup() {
        // The monitor is the fault: cleanup waits for the event's dispatch.
    }

    @Override
    public void associateConnection(Object connection) throws ResourceException {
        throw new ResourceException("not here");
    }

    @Override
    public void addConnectionEventListener(ConnectionEventListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeConnectionEventListener(ConnectionEventListener listener) {
        listeners.remove(listener);
    }

    @Override
    public XAResource getXAResource() throws ResourceException {
        throw new ResourceException("not here");
    }

    @Override
    public LocalTransaction getLocalTransaction() throws ResourceException {
        throw new ResourceException("not here");
    }

    @Override
    public ManagedConnectionMetaData getMetaData() throws ResourceException {
        throw new ResourceException("not here");
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // Nothing to log.
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    /** A factory that always gives one connection. */
    static final class Factory implements ManagedConnectionFactory {

        private static final long serialVersionUID = 1L;

        private final transient BadConnection connection = new BadConnection();

        BadConnection connection() {
            return connection;
        }

        @Override
        public Object createConnectionFactory(ConnectionManager manager) {
            return manager;
        }

        @Override
        public Object createConnectionFactory() {
            return "";
        }

        @Override
        public ManagedConnection createManagedConnection(
                Subject subject, ConnectionRequestInfo info) {
            return connection;
        }

        @Override
        @SuppressWarnings("rawtypes") // the SPI's own signature
        public ManagedConnection matchManagedConnections(
                Set connections, Subject subject, ConnectionRequestInfo info) {
            return connection;
        }

        @Override
        public void setLogWriter(PrintWriter out) {
            // Nothing to log.
        }

        @Override
        public PrintWriter getLogWriter() {
            return null;
        }
    }
}
