package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.container.EndpointQuirk;
import io.leveret.it.container.FakeContainer;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.PoolQuirk;
import io.leveret.ra.MqResourceAdapter;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** One adapter in a fake container, with times that suit tests. */
final class Rig implements AutoCloseable {

    /** The publish timeout of every factory here, unless a test sets its own. */
    static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(3);

    private final MqResourceAdapter adapter = new MqResourceAdapter();
    private final FakeContainer container = new FakeContainer(adapter);

    Rig(int port) {
        adapter.setAddresses("127.0.0.1:" + port);
        adapter.setHeartbeat("5000");
        adapter.setConnectTimeout("2000");
        adapter.setRpcTimeout("3000");
        adapter.setPublishTimeout(String.valueOf(PUBLISH_TIMEOUT.toMillis()));
        adapter.setReconnectInterval("100");
        adapter.setDrainTimeout("3000");
    }

    /** An adapter that is already started, as configured by the constructor. */
    static Rig started(int port) throws ResourceException {
        return new Rig(port).start();
    }

    Rig with(Consumer<MqResourceAdapter> setting) {
        setting.accept(adapter);
        return this;
    }

    /** Connects as a user of its own. */
    Rig as(BrokerUser user) {
        adapter.setUserName(user.name());
        adapter.setPassword(user.password());
        return this;
    }

    Rig start() throws ResourceException {
        container.start();
        return this;
    }

    MqResourceAdapter adapter() {
        return adapter;
    }

    FakeContainer container() {
        return container;
    }

    /** Gives a pool of ten over a fresh factory. */
    FakePool pool(PoolQuirk... quirks) throws ResourceException {
        return container.pool(new MqManagedConnectionFactory(), 10, quirks);
    }

    /** Gives what an application looks up. */
    static MqConnectionFactory connectionFactory(FakePool pool) throws ResourceException {
        return (MqConnectionFactory) pool.factory().createConnectionFactory(pool);
    }

    /** The same, once the broker is connected: on a busy machine that takes longer at first. */
    static MqConnectionFactory connected(FakePool pool) throws Exception {
        MqConnectionFactory factory = connectionFactory(pool);
        Until.holds(
                "a connection",
                Duration.ofSeconds(30),
                () -> {
                    try (MqConnection first = factory.getConnection()) {
                        return first != null;
                    } catch (MqConnectionException e) {
                        return false;
                    }
                });
        return factory;
    }

    /** Gives a publisher over a pool of its own. */
    MqPublisher publisher() throws ResourceException {
        return connectionFactory(pool()).createPublisher(MqPublisherOptions.defaults());
    }

    MqActivationSpec spec(String queue) {
        MqActivationSpec spec = new MqActivationSpec();
        spec.setDestination(queue);
        spec.setMaxSession("1");
        spec.setPrefetch("10");
        spec.setRetryDelay("1000");
        return spec;
    }

    FakeEndpoints endpoints(MqMessageListener listener, EndpointQuirk... quirks) {
        return container.endpoints(MqMessageListener.class, listener, quirks);
    }

    /** Activates a bean with the usual settings. */
    FakeEndpoints consume(String queue, MqMessageListener listener, EndpointQuirk... quirks)
            throws ResourceException {
        FakeEndpoints endpoints = endpoints(listener, quirks);
        container.activate(endpoints, spec(queue));
        return endpoints;
    }

    /** Gives the one activation as JMX shows it. */
    ActivationMXBean activation() throws Exception {
        return new Jmx(connectionFactory(pool())).only("Activation", ActivationMXBean.class);
    }

    /** Fails when the adapter broke the contract somewhere on the way. */
    void assertContractKept() {
        assertEquals(List.of(), container.violations());
    }

    /** Publishes and gives the outcome, whatever it is. */
    static MqOutcome outcomeOf(MqPublisher publisher, String exchange, String key, MqMessage m) {
        return outcomeOf(() -> publisher.publish(exchange, key, m));
    }

    /** The same over one managed connection. */
    static MqOutcome outcomeOf(MqConnection connection, String exchange, String key, MqMessage m) {
        return outcomeOf(() -> connection.publish(exchange, key, m));
    }

    private static MqOutcome outcomeOf(Runnable publish) {
        try {
            publish.run();
            return MqOutcome.CONFIRMED;
        } catch (MqPublishException e) {
            return e.outcome();
        }
    }

    @Override
    public void close() {
        container.close();
    }
}
