package io.leveret.ra.outbound;

import com.rabbitmq.client.AuthenticationFailureException;
import io.leveret.MqPublisherOptions;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.ConnectionFactoryBean;
import io.leveret.ra.settings.FactoryTopology;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.PublishBean;
import io.leveret.ra.settings.PublishSettings;
import io.leveret.ra.settings.Setting;
import io.leveret.ra.settings.SettingsReader;
import io.leveret.ra.settings.Values;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.CommException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterAssociation;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.ResourceAllocationException;
import jakarta.resource.spi.TransactionSupport;
import jakarta.resource.spi.ValidatingManagedConnectionFactory;
import java.io.PrintWriter;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import javax.security.auth.Subject;

/**
 * Makes managed connections (AMQP channels) for the server's pool. A JavaBean: its properties are
 * in {@link Setting}.
 *
 * <p>Equality is that of the configuration. Thread-safe once configured.
 */
public final class MqManagedConnectionFactory extends ConnectionFactoryBean
        implements ManagedConnectionFactory,
                ValidatingManagedConnectionFactory,
                ResourceAdapterAssociation,
                TransactionSupport {

    private static final long serialVersionUID = 1L;

    private ResourceAdapter resourceAdapter;
    private transient volatile Effective effective;
    private transient volatile Outbound unmanaged;
    private transient volatile FactoryPublisher handlePublisher;
    private transient volatile FactoryStatus status;
    private transient volatile boolean publishesBeforeCompletion;
    private transient PrintWriter logWriter;

    private record Effective(
            BrokerSettings broker,
            LinkSettings link,
            PublishSettings publish,
            FactoryTopology topology) {}

    /** For the server. */
    public MqManagedConnectionFactory() {}

    @Override
    public ResourceAdapter getResourceAdapter() {
        return resourceAdapter;
    }

    @Override
    public void setResourceAdapter(ResourceAdapter adapter) throws ResourceException {
        if (resourceAdapter != null && resourceAdapter != adapter) {
            throw new jakarta.resource.spi.IllegalStateException(
                    "the factory belongs to another resource adapter already");
        }
        if (!(adapter instanceof Outbound.Host) || !(adapter instanceof PublishBean)) {
            throw new ResourceException("not Leveret's resource adapter: " + adapter);
        }
        resourceAdapter = adapter;
    }

    private Effective effective() throws ResourceException {
        Effective known = effective;
        if (known != null) {
            return known;
        }
        SettingsReader reader = reader();
        Effective fresh =
                new Effective(
                        reader.broker(), reader.link(), reader.publish(), reader.factoryTopology());
        if (!reader.problems().isEmpty()) {
            throw new InvalidPropertyException(
                    reader.problems().message("The configuration of the connection factory"));
        }
        effective = fresh;
        return fresh;
    }

    private SettingsReader reader() {
        Values inherited =
                resourceAdapter == null ? new Values() : ((PublishBean) resourceAdapter).values();
        return new SettingsReader(values(), inherited);
    }

    /** What it has done, and what JMX shows of it; made when it is used first. */
    FactoryStatus status() throws ResourceException {
        FactoryStatus known = status;
        if (known != null) {
            return known;
        }
        Effective settings = effective();
        BrokerSettings broker = settings.broker();
        String given = settings.link().connectionName();
        String name =
                given == null
                        ? broker.userName() + "@" + broker.addresses() + broker.virtualHost()
                        : given;
        synchronized (this) {
            if (status == null) {
                status = new FactoryStatus(this, name, settings.link().idleTimeout());
            }
            return status;
        }
    }

    BrokerSettings broker() throws ResourceException {
        return effective().broker();
    }

    LinkSettings link() throws ResourceException {
        return effective().link();
    }

    PublishSettings publishing() throws ResourceException {
        return effective().publish();
    }

    /** The shared parts; made by the resource adapter, or here when there is no server. */
    Outbound room() {
        if (resourceAdapter != null) {
            return ((Outbound.Host) resourceAdapter).outbound();
        }
        Outbound known = unmanaged;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            if (unmanaged == null) {
                unmanaged = Outbound.Unmanaged.openFor(this);
            }
            return unmanaged;
        }
    }

    Outbound startedRoom() throws ResourceException {
        Outbound room = room();
        if (room == null) {
            throw new ResourceAdapterInternalException("the resource adapter is not started");
        }
        return room;
    }

    @Override
    public Object createConnectionFactory(ConnectionManager manager) throws ResourceException {
        effective();
        publishesBeforeCompletion = TransactionRole.publishesBeforeCompletion(manager);
        return new MqConnectionFactoryImpl(this, manager);
    }

    @Override
    public Object createConnectionFactory() throws ResourceException {
        return createConnectionFactory(new UnmanagedConnections());
    }

    @Override
    public ManagedConnection createManagedConnection(Subject subject, ConnectionRequestInfo info)
            throws ResourceException {
        Outbound room = startedRoom();
        status().used(room);
        LinkKey key = key(signOn(subject, info));
        Deadline deadline = CallerDeadline.current(key.settings().connectTimeout());
        LinkGroup group = null;
        boolean done = false;
        try {
            group = room.links.acquire(key);
            if (CallerDeadline.isSet() && !group.isReady()) {
                throw new LinksDownException(group);
            }
            MqManagedConnection connection = open(room, group, info, deadline);
            done = true;
            status().connectionCreated(room);
            return connection;
        } catch (LinkUnavailableException e) {
            String text = "No connection to RabbitMQ: " + Causes.text(e);
            throw e.getCause() instanceof AuthenticationFailureException
                    ? new jakarta.resource.spi.SecurityException(text, e)
                    : new CommException(text, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceAllocationException("interrupted while connecting", e);
        } finally {
            if (!done && group != null) {
                group.release();
            }
        }
    }

    private MqManagedConnection open(
            Outbound room, LinkGroup group, ConnectionRequestInfo info, Deadline deadline)
            throws ResourceException, LinkUnavailableException, InterruptedException {
        PublishSettings publish = publishing();
        MqManagedConnection connection =
                new MqManagedConnection(
                        this,
                        room,
                        status(),
                        group,
                        port(room, group),
                        group.key().broker().userName(),
                        info);
        Declarations declarations = Declarations.of(room, group);
        declarations.add(effective().topology(), status());
        ConfirmChannel channel =
                ConfirmChannel.on(
                        declarations.before(
                                group.open(deadline, false, false, ConfirmChannel::select),
                                deadline),
                        publish.confirmWindow(),
                        room.threads,
                        new ConfirmChannel.Owner(
                                false,
                                publish.publishTimeout(),
                                toHolder(connection, MqManagedConnection::channelUnusable),
                                group::release));
        connection.attach(channel);
        channel.watch();
        channel.onLeave(toHolder(connection, MqManagedConnection::linkMoved));
        return connection;
    }

    /**
     * Tells a connection something while somebody holds it: its channel, which lives on in threads
     * and sockets, must not keep it alive, and so not the factory, of which nobody else would know
     * the end where there is no server.
     */
    private static Runnable toHolder(
            MqManagedConnection connection, Consumer<MqManagedConnection> what) {
        WeakReference<MqManagedConnection> held = new WeakReference<>(connection);
        return () -> {
            MqManagedConnection alive = held.get();
            if (alive != null) {
                what.accept(alive);
            }
        };
    }

    static PublishPort port(Outbound room, LinkGroup group) {
        return group.attachment(PublishPort.class, g -> new PublishPort(room, g));
    }

    private LinkKey key(BrokerSettings broker) throws ResourceException {
        return new LinkKey(LinkKey.Purpose.PUBLISH, broker, effective().link());
    }

    /** An application has got a handle: from now on it is watched, when that is asked for. */
    void lent(MqConnectionHandle handle) throws ResourceException {
        Duration threshold = publishing().leakDetectionThreshold();
        Outbound room = threshold.isZero() ? null : room();
        if (room != null) {
            handle.lent(room.leaks, threshold);
        }
    }

    /** The links that a publisher's next lease will probably need; null to find out by leasing. */
    LinkGroup usualLinks() throws ResourceException {
        LinkKey usual = status().usual().links();
        return usual == null ? null : startedRoom().links.peek(usual);
    }

    /** The links of the configured user, or null when there are none (yet). */
    LinkGroup configuredLinks() throws ResourceException {
        return startedRoom().links.peek(key(effective().broker()));
    }

    /** Whose connection it is. */
    BrokerSettings signOn(Subject subject, ConnectionRequestInfo info) throws ResourceException {
        return SignOn.of(this, effective().broker(), subject, info);
    }

    @Override
    @SuppressWarnings({"rawtypes"}) // the interface is raw
    public ManagedConnection matchManagedConnections(
            Set candidates, Subject subject, ConnectionRequestInfo info) throws ResourceException {
        BrokerSettings broker = signOn(subject, info);
        for (Object candidate : candidates) {
            if (candidate instanceof MqManagedConnection connection
                    && connection.factory().equals(this)
                    && connection.matches(broker, info)) {
                return connection;
            }
        }
        return null;
    }

    @Override
    @SuppressWarnings({"rawtypes"}) // the interface is raw
    public Set getInvalidConnections(Set candidates) {
        Set<Object> invalid = new HashSet<>();
        for (Object candidate : candidates) {
            if (candidate instanceof MqManagedConnection connection && !connection.isUsable()) {
                invalid.add(connection);
            }
        }
        return invalid;
    }

    /**
     * AFTER_COMMIT joins a transaction through its synchronization registry: the container sees no
     * transactional resource, so that any DataSource may take part beside it. A container may ask
     * before it has named the resource adapter, whose defaults then do not count yet.
     *
     * @return LocalTransaction for {@code transactionMode=LOCAL}, NoTransaction otherwise
     */
    @Override
    public TransactionSupportLevel getTransactionSupport() {
        return TransactionRole.level(reader().publish().transactions().mode());
    }

    /** Whether the server cannot bear that the commit fails; see {@link LocalPublishes}. */
    boolean publishesBeforeCompletion() {
        return publishesBeforeCompletion;
    }

    /**
     * Insists that a publisher may have these options.
     *
     * @throws IllegalArgumentException when it may not
     */
    void check(MqPublisherOptions options) throws ResourceException {
        TransactionRole.check(options, publishing().transactions().mode());
    }

    /** The publisher behind {@code MqConnection.publish}: one for all handles. */
    FactoryPublisher handlePublisher() {
        FactoryPublisher known = handlePublisher;
        if (known == null) {
            known = new FactoryPublisher(this, null, MqPublisherOptions.defaults());
            handlePublisher = known;
        }
        return known;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        logWriter = out;
    }

    @Override
    public PrintWriter getLogWriter() {
        return logWriter;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MqManagedConnectionFactory that
                && values().equals(that.values())
                && Objects.equals(resourceAdapter, that.resourceAdapter);
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "MqManagedConnectionFactory" + values();
    }
}
