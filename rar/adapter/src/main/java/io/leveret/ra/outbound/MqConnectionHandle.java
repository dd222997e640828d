package io.leveret.ra.outbound;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqMessage;
import io.leveret.MqTopology;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What an application holds: a handle that points to a managed connection until it is closed, moved
 * by the container, or made invalid. Public, because containers close leaked handles by reflection.
 *
 * <pre>{@code
 * OPEN --close--> CLOSED      (the container hears of it once)
 *  | ^
 *  +-+ associateConnection    (points to another managed connection)
 *  +----cleanup--> CLOSED     (the container made it invalid and hears nothing)
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class MqConnectionHandle implements MqConnection {

    static final String CLOSED = "the connection handle is closed";

    private final AtomicReference<MqManagedConnection> target;
    private final FactoryPublisher publisher;
    private final HandleRequests requests = new HandleRequests();
    private volatile Loan loan;
    private volatile boolean lost;

    MqConnectionHandle(MqManagedConnection target) {
        this.target = new AtomicReference<>(target);
        this.publisher = target.factory().handlePublisher();
    }

    @Override
    public void publish(String exchange, String routingKey, MqMessage message) {
        publisher.publishOn(this, exchange, routingKey, message);
    }

    @Override
    public Optional<MqMessage> get(String queue) {
        return requests.get(connection(), queue);
    }

    @Override
    public void declare(MqTopology topology) {
        requests.declare(connection(), topology);
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return requests.unwrap(connection(), type);
    }

    private MqManagedConnection connection() {
        try {
            return held();
        } catch (NotWrittenException e) {
            throw new MqConnectionException(e.getMessage(), e);
        }
    }

    /**
     * What the application's handle points to.
     *
     * @throws NotWrittenException when the connection was lost
     * @throws IllegalStateException when the application or the container has closed the handle
     */
    MqManagedConnection held() throws NotWrittenException {
        if (target.get() == null && !lost) {
            throw new IllegalStateException(CLOSED);
        }
        return leased();
    }

    /** What a publisher's lease points to; the container may take it away at any moment. */
    MqManagedConnection leased() throws NotWrittenException {
        MqManagedConnection connection = target.get();
        if (connection == null) {
            throw new NotWrittenException(
                    NotWrittenException.Kind.TEMPORARY,
                    lost ? "the connection was lost" : "the connection was taken away",
                    null);
        }
        return connection;
    }

    /** Points to another managed connection from now on. */
    void moveTo(MqManagedConnection to) {
        MqManagedConnection from = target.getAndSet(to);
        if (from != null && from != to) {
            from.forget(this);
        }
    }

    /** Lets somebody watch how long the application holds this handle. */
    void lent(Leaks leaks, Duration threshold) {
        MqManagedConnection connection = target.get();
        if (connection != null) {
            loan = leaks.lend(connection.factoryName(), threshold);
        }
    }

    /**
     * Makes the handle invalid without telling the container, which asked for it. Does nothing when
     * the handle is closed or points to another managed connection meanwhile.
     *
     * @param how what has ended it while it was open; null when the connection was lost
     */
    void invalidate(MqManagedConnection from, String how) {
        if (how == null && target.get() == from) {
            lost = true; // before it points nowhere, so that nobody takes it for closed
        }
        boolean ours = target.compareAndSet(from, null);
        if (!ours) {
            return;
        }
        requests.end();
        Loan ended = loan;
        if (ended == null) {
            return;
        }
        if (how == null) {
            ended.lost();
        } else {
            ended.takenBack(how);
        }
    }

    @Override
    public void close() {
        lost = false;
        MqManagedConnection connection = target.getAndSet(null);
        requests.end();
        Loan ended = loan;
        if (ended != null) {
            ended.returned();
        }
        if (connection != null) {
            connection.handleClosed(this);
        }
    }
}
