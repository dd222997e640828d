package io.leveret.ra.outbound;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqEvents;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.BrokerSource;
import io.leveret.ra.settings.Secret;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import javax.naming.Reference;

/** The connection factory that lies in JNDI. Thread-safe. */
final class MqConnectionFactoryImpl implements MqConnectionFactory, BrokerSource {

    private static final long serialVersionUID = 1L;

    /** Beyond it, it is no race with the pool any more. */
    private static final int TRIES = 5;

    private final MqManagedConnectionFactory factory;
    private final ConnectionManager manager;
    private Reference reference;

    MqConnectionFactoryImpl(MqManagedConnectionFactory factory, ConnectionManager manager) {
        this.factory = factory;
        this.manager = manager;
    }

    @Override
    public MqConnection getConnection() {
        return connection(null);
    }

    @Override
    public MqConnection getConnection(String userName, String password) {
        return connection(new MqConnectionRequestInfo(userName, new Secret(password)));
    }

    private MqConnection connection(MqConnectionRequestInfo info) {
        try {
            MqConnectionHandle handle = allocate(info);
            factory.lent(handle);
            return handle;
        } catch (ResourceException e) {
            throw new MqConnectionException(Causes.text(e), e);
        }
    }

    /** A pool may hand out what it is just destroying in another thread: the next one may do. */
    private MqConnectionHandle allocate(MqConnectionRequestInfo info) throws ResourceException {
        for (int left = TRIES - 1; ; left--) {
            try {
                return (MqConnectionHandle) manager.allocateConnection(factory, info);
            } catch (ResourceException e) {
                if (left == 0 || !Chain.has(e, MqManagedConnection.GoneException.class)) {
                    throw e;
                }
            }
        }
    }

    @Override
    public MqPublisher createPublisher(MqPublisherOptions options) {
        try {
            factory.check(options);
        } catch (ResourceException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return options.unconfirmed()
                ? new UnconfirmedPublisher(factory, manager, options)
                : new FactoryPublisher(factory, manager, options);
    }

    @Override
    public MqEvents events() {
        Outbound room = factory.room();
        if (room == null) {
            throw new IllegalStateException("the resource adapter is not started");
        }
        return room.events;
    }

    @Override
    public BrokerSettings broker() {
        try {
            return factory.broker();
        } catch (ResourceException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public void setReference(Reference value) {
        reference = value;
    }

    @Override
    public Reference getReference() {
        return reference;
    }
}
