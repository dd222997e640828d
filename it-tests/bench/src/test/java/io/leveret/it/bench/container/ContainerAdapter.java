package io.leveret.it.bench.container;

import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.Connector;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.TransactionSupport;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAResource;

/**
 * The adapter. The application finds the one instance that runs by itself, because it has no
 * connection factory to look up. Thread-safe.
 */
@Connector(
        vendorName = "Leveret",
        eisType = "none",
        version = "1",
        transactionSupport = TransactionSupport.TransactionSupportLevel.NoTransaction)
public final class ContainerAdapter implements ResourceAdapter {

    private static volatile ContainerAdapter running;

    private final Map<String, MessageEndpointFactory> beans = new ConcurrentHashMap<>();
    private volatile TransactionSynchronizationRegistry registry;

    /** For the server. */
    public ContainerAdapter() {}

    /**
     * Prepares a run of the adapter that is deployed.
     *
     * @param bean the simple name of the bean's class
     * @param messages how many messages it gets
     * @param sessions how many threads deliver
     */
    public static ContainerRun prepare(String bean, int messages, int sessions) {
        ContainerAdapter adapter = running;
        MessageEndpointFactory endpoints = adapter == null ? null : adapter.beans.get(bean);
        if (endpoints == null) {
            throw new IllegalStateException("not active: " + bean);
        }
        return new ContainerRun(endpoints, adapter.registry, messages, sessions);
    }

    @Override
    public void start(BootstrapContext context) {
        registry = context.getTransactionSynchronizationRegistry();
        running = this;
    }

    @Override
    public void stop() {
        running = null;
    }

    @Override
    public void endpointActivation(MessageEndpointFactory endpoints, ActivationSpec spec) {
        beans.put(endpoints.getEndpointClass().getSimpleName(), endpoints);
    }

    @Override
    public void endpointDeactivation(MessageEndpointFactory endpoints, ActivationSpec spec) {
        beans.values().remove(endpoints);
    }

    @Override
    public XAResource[] getXAResources(ActivationSpec[] specs) {
        return new XAResource[0];
    }

    // The Connectors specification asks for these two, and servers check it.

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
