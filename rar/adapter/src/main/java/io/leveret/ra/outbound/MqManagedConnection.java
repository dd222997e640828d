package io.leveret.ra.outbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.settings.BrokerSettings;
import jakarta.resource.NotSupportedException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.LocalTransaction;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionMetaData;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.security.auth.Subject;
import javax.transaction.xa.XAResource;

/**
 * A managed connection: one confirm channel on a shared link.
 *
 * <pre>{@code
 * LIVE --channel lost or overdue----------> BROKEN (connectionErrorOccurred, once)
 *  |   --link moved, at the next cleanup-->   |
 *  |                                          |
 *  +-------------destroy----------------------+--> DESTROYED (the channel is handed back to its link,
 *                                           which closes it when all its publishes are answered)
 * }</pre>
 *
 * <p>Failure cases: the channel is lost before the container has added its listener (the event is
 * fired when it does); the container removes its listener, destroys or cleans up from inside the
 * event; destroy or cleanup come twice or in the wrong order; a handle is closed twice or after it
 * was moved. No method here does I/O or holds a lock while it calls the container: containers hold
 * locks of their own when they call.
 *
 * <p>Thread-safe. Equality is identity.
 */
final class MqManagedConnection implements ManagedConnection {

    private final MqManagedConnectionFactory factory;
    private final FactoryStatus status;
    private final LinkGroup group;
    private final PublishPort port;
    private final String userName;
    private final ConnectionRequestInfo request;
    private final Set<MqConnectionHandle> handles = ConcurrentHashMap.newKeySet();
    private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final AtomicBoolean errorFired = new AtomicBoolean();
    private final AtomicBoolean destroyed = new AtomicBoolean();
    private final LocalPublishes local;
    private volatile ConfirmChannel channel;
    private volatile boolean moving;
    private volatile PrintWriter logWriter;

    MqManagedConnection(
            MqManagedConnectionFactory factory,
            Outbound room,
            FactoryStatus status,
            LinkGroup group,
            PublishPort port,
            String userName,
            ConnectionRequestInfo request) {
        this.factory = factory;
        this.status = status;
        this.group = group;
        this.port = port;
        this.userName = userName;
        this.request = request;
        this.local = new LocalPublishes(this, room);
    }

    /** Completes the construction: the channel's owner callbacks need this object first. */
    void attach(ConfirmChannel confirm) {
        this.channel = confirm;
    }

    MqManagedConnectionFactory factory() {
        return factory;
    }

    /** The name of its factory, as in events and in JMX. */
    String factoryName() {
        return status.name();
    }

    LinkGroup group() {
        return group;
    }

    PublishPort port() {
        return port;
    }

    ConfirmChannel channel() {
        return channel;
    }

    /** What is published in the transaction that it is a resource of. */
    LocalPublishes local() {
        return local;
    }

    boolean isUsable() {
        return !destroyed.get() && channel.isUsable();
    }

    /** Whether its link goes on at another address, so that it ends when nobody uses it. */
    boolean isMoving() {
        return moving;
    }

    /**
     * Whether it was made for these credentials, secrets included: the right user with a wrong
     * password must not be handed what another one has opened. No I/O.
     */
    boolean matches(BrokerSettings broker, ConnectionRequestInfo info) {
        return !destroyed.get()
                && group.key().broker().equals(broker)
                && (request == null ? info == null : request.equals(info));
    }

    @Override
    public Object getConnection(Subject subject, ConnectionRequestInfo info)
            throws ResourceException {
        if (destroyed.get()) {
            throw new GoneException();
        }
        if (!group.key().broker().equals(factory.signOn(subject, info))) {
            throw new jakarta.resource.spi.SecurityException(
                    "a managed connection cannot change its user or password: re-authentication is"
                            + " not supported");
        }
        MqConnectionHandle handle = new MqConnectionHandle(this);
        handles.add(handle);
        return handle;
    }

    @Override
    public void associateConnection(Object connection) throws ResourceException {
        if (!(connection instanceof MqConnectionHandle handle)) {
            throw new ResourceException("not a handle of this adapter: " + connection);
        }
        handle.moveTo(this);
        handles.add(handle);
    }

    void forget(MqConnectionHandle handle) {
        handles.remove(handle);
    }

    void handleClosed(MqConnectionHandle handle) {
        if (!handles.remove(handle)) {
            return;
        }
        ConnectionEvent event = new ConnectionEvent(this, ConnectionEvent.CONNECTION_CLOSED);
        event.setConnectionHandle(handle);
        for (ConnectionEventListener listener : listeners) {
            listener.connectionClosed(event);
        }
    }

    /** The channel is of no use any more; called on a worker thread. */
    void channelUnusable() {
        broken.set(true);
        Outbound room = factory.room();
        String givenUp = channel.givenUp();
        if (channel.lost() == null && givenUp != null && room != null) {
            room.events.detail(
                    MqEvent.Source.CONNECTION_FACTORY,
                    status.name(),
                    "gives up a channel, because " + givenUp,
                    null);
        }
        fireErrorOnce();
    }

    /**
     * The link goes on at another address: the container is asked for a new connection as soon as
     * nobody uses this one, which works until then. Called on a worker thread.
     */
    void linkMoved() {
        moving = true;
        if (handles.isEmpty()) {
            channelUnusable();
        }
    }

    private void fireErrorOnce() {
        // Without a listener the container does not know this connection yet: wait for it.
        if (destroyed.get() || listeners.isEmpty() || !errorFired.compareAndSet(false, true)) {
            return;
        }
        Exception cause = channel.lost();
        if (cause == null) {
            String givenUp = channel.givenUp();
            cause =
                    new ResourceException(
                            givenUp != null ? givenUp : "another connection has more room");
        }
        ConnectionEvent event =
                new ConnectionEvent(this, ConnectionEvent.CONNECTION_ERROR_OCCURRED, cause);
        for (ConnectionEventListener listener : listeners) {
            listener.connectionErrorOccurred(event);
        }
    }

    @Override
    public void addConnectionEventListener(ConnectionEventListener listener) {
        listeners.add(listener);
        Outbound room = factory.room();
        if (broken.get() && room != null) {
            room.threads.executeUnlessClosed(this::fireErrorOnce);
        }
    }

    @Override
    public void removeConnectionEventListener(ConnectionEventListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void cleanup() {
        takeBack("the container cleaned its connection up");
        Outbound room = factory.room();
        if (moving && !destroyed.get() && room != null) {
            room.threads.executeUnlessClosed(this::linkMoved);
        }
    }

    private void takeBack(String how) {
        String blame = broken.get() || !channel.isUsable() ? null : how;
        for (MqConnectionHandle handle : handles) {
            if (handles.remove(handle)) { // not one that comes in or goes away just now
                handle.invalidate(this, blame);
            }
        }
    }

    @Override
    public void destroy() {
        if (destroyed.compareAndSet(false, true)) {
            takeBack("the container destroyed its connection");
            local.lost();
            listeners.clear();
            channel.retire();
            status.connectionDestroyed();
        }
    }

    @Override
    public XAResource getXAResource() throws ResourceException {
        throw new NotSupportedException(
                "XA is not offered: publishes join a JTA transaction themselves");
    }

    /**
     * A server that ignores {@code TransactionSupport} asks for this in every transaction mode; but
     * for LOCAL there is nothing in it, because publishes join the transaction through its
     * synchronization registry.
     */
    @Override
    public LocalTransaction getLocalTransaction() {
        return local;
    }

    @Override
    public ManagedConnectionMetaData getMetaData() {
        return new MqManagedConnectionMetaData(channel.serverProperty("version"), userName);
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        logWriter = out;
    }

    @Override
    public PrintWriter getLogWriter() {
        return logWriter;
    }

    /** The pool handed out a connection that is destroyed: another one may work. */
    static final class GoneException extends jakarta.resource.spi.IllegalStateException {

        private static final long serialVersionUID = 1L;

        GoneException() {
            super("the managed connection is destroyed");
        }
    }
}
