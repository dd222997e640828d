package io.leveret.it.bench.container;

/** A prepared message. Its delivery and what counts it are the same thread's. */
public final class ContainerMessage {

    private int taken;

    ContainerMessage() {}

    /**
     * To be called by the bean, once. So cheap that it does not count: that the bare client takes
     * messages in the same way as Leveret's bean is in the difference of those two already.
     */
    public void take() {
        taken++;
    }

    boolean wasTakenOnce() {
        return taken == 1;
    }
}
