package io.leveret.it.bench.container;

/** What a message-driven bean of this adapter implements; shaped like Leveret's own. */
public interface ContainerListener {

    /** Takes a message. */
    void onMessage(ContainerMessage message) throws Exception;
}
