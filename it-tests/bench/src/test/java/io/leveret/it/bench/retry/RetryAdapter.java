package io.leveret.it.bench.retry;

import io.leveret.MqMessageListener;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.container.FakeContainer;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.MqResourceAdapter;
import io.leveret.ra.inbound.MqActivationSpec;
import jakarta.resource.ResourceException;

/** One resource adapter for all runs, whose beans are transacted. One thread at a time. */
final class RetryAdapter implements AutoCloseable {

    static final int SESSIONS = 4;
    static final int PREFETCH = 50;

    /** How often a message is tried, then it is parked. */
    static final int ATTEMPTS = 4;

    /** A bean that consumes. */
    record Bean(FakeEndpoints endpoints, MqActivationSpec spec) {}

    private final FakeContainer container;

    RetryAdapter(BrokerNode broker) throws ResourceException {
        MqResourceAdapter adapter = new MqResourceAdapter();
        adapter.setAddresses(broker.host() + ":" + broker.port());
        container = new FakeContainer(adapter).start();
    }

    /**
     * Lets a bean consume. It does not pause however many messages fail in a row: the pause would
     * take the load away whose cost is measured.
     *
     * @param retryDelay ms
     */
    Bean activate(String queue, long retryDelay, MqMessageListener listener)
            throws ResourceException {
        MqActivationSpec spec = new MqActivationSpec();
        spec.setDestination(queue);
        spec.setMaxSession("" + SESSIONS);
        spec.setPrefetch("" + PREFETCH);
        spec.setMaxAttempts("" + ATTEMPTS);
        spec.setRetryDelay("" + retryDelay);
        spec.setPauseAfterFailures("0");
        FakeEndpoints endpoints = container.endpoints(MqMessageListener.class, listener);
        container.activate(endpoints, spec);
        return new Bean(endpoints, spec);
    }

    /** Ends what {@link #activate} has begun. */
    void deactivate(Bean bean) {
        container.deactivate(bean.endpoints(), bean.spec());
    }

    static String waitQueue(String queue, long retryDelay) {
        return queue + ".retry." + retryDelay;
    }

    static String parkingQueue(String queue) {
        return queue + ".parking";
    }

    /** Stops it, and insists that it has kept the contract with the container. */
    @Override
    public void close() {
        container.close();
        if (!container.violations().isEmpty()) {
            throw new IllegalStateException(container.violations().toString());
        }
    }
}
