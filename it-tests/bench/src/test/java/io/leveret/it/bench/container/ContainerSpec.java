package io.leveret.it.bench.container;

import jakarta.resource.spi.Activation;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.ResourceAdapter;

/** Has no settings: a run says how many messages and threads there are. */
@Activation(messageListeners = ContainerListener.class)
public final class ContainerSpec implements ActivationSpec {

    private ResourceAdapter adapter;

    /** For the server. */
    public ContainerSpec() {}

    @Override
    public void validate() {
        // Nothing can be wrong.
    }

    @Override
    public ResourceAdapter getResourceAdapter() {
        return adapter;
    }

    @Override
    public void setResourceAdapter(ResourceAdapter value) {
        adapter = value;
    }
}
