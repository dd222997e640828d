package io.leveret.it.bench.container;

/** A prepared message. Its delivery and what counts it are the same thread's. */
public final class ContainerMessage {

    private int taken;

    ContainerMessage() {}

    /**
     * To be called by the bean, once. As cheap as can be: what a round's own counting costs is
     * taken off with the bare client already, and must not be taken off twice.
     */
    public void take() {
        taken++;
    }

    boolean wasTakenOnce() {
        return taken == 1;
    }
}
