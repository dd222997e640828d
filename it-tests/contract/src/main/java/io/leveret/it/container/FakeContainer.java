package io.leveret.it.container;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterAssociation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** One deployed resource adapter with its connection pools and endpoints. */
public final class FakeContainer implements AutoCloseable {

    private record Activated(FakeEndpoints endpoints, ActivationSpec spec) {}

    private final ResourceAdapter adapter;
    private final Violations violations = new Violations();
    private final FakeTransactions transactions = new FakeTransactions(violations);
    private final FakeWorkManager workManager = new FakeWorkManager();
    private final List<Activated> activations = new CopyOnWriteArrayList<>();
    private final List<FakePool> pools = new ArrayList<>();
    private boolean started;

    /** Deploys a configured adapter without starting it. */
    public FakeContainer(ResourceAdapter adapter) {
        this.adapter = adapter;
    }

    /** Starts the adapter. */
    public FakeContainer start() throws ResourceException {
        adapter.start(new FakeBootstrapContext(workManager, transactions.registry()));
        started = true;
        return this;
    }

    /** Gives a pool over a configured factory; the container sets its resource adapter. */
    public FakePool pool(ManagedConnectionFactory factory, int size, PoolQuirk... quirks)
            throws ResourceException {
        if (factory instanceof ResourceAdapterAssociation associated
                && associated.getResourceAdapter() == null) {
            associated.setResourceAdapter(adapter);
        }
        FakePool pool = new FakePool(factory, size, Set.of(quirks), violations, transactions);
        pools.add(pool);
        return pool;
    }

    /** Gives the endpoint factory of a bean. */
    public <T> FakeEndpoints endpoints(Class<T> type, T listener, EndpointQuirk... quirks) {
        return new FakeEndpoints(type, listener, transactions, Set.of(quirks), violations);
    }

    /** Deploys a bean: validates its spec and activates it. */
    public void activate(FakeEndpoints endpoints, ActivationSpec spec) throws ResourceException {
        if (spec.getResourceAdapter() == null) {
            spec.setResourceAdapter(adapter);
        }
        spec.validate();
        adapter.endpointActivation(endpoints, spec);
        activations.add(new Activated(endpoints, spec));
    }

    /** Undeploys a bean, or stops its delivery. */
    public void deactivate(FakeEndpoints endpoints, ActivationSpec spec) {
        activations.removeIf(a -> a.endpoints() == endpoints && a.spec() == spec);
        adapter.endpointDeactivation(endpoints, spec);
    }

    /** Gives the transaction manager. */
    public FakeTransactions transactions() {
        return transactions;
    }

    /** Gives what the adapter did against the contract so far. */
    public List<String> violations() {
        return violations.list();
    }

    /** Undeploys in a server's order: beans, pools, adapter. */
    @Override
    public void close() {
        for (Activated activated : activations) {
            adapter.endpointDeactivation(activated.endpoints(), activated.spec());
        }
        activations.clear();
        pools.forEach(FakePool::close);
        stopAdapter();
        workManager.close();
        transactions.close();
    }

    /** Stops the adapter while beans and pools are still there, as a server's shutdown may. */
    public void stopAdapter() {
        if (started) {
            started = false;
            adapter.stop();
        }
    }
}
