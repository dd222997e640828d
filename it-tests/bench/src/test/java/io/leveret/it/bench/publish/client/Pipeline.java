package io.leveret.it.bench.publish.client;

import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** What one thread publishes many messages with, without waiting for each. */
public interface Pipeline extends AutoCloseable {

    /**
     * Publishes persistent, mandatory messages, and returns when the broker has confirmed all.
     *
     * @param run the number of the run, for their bodies
     * @param from the first one's number
     * @param to the number behind the last one's
     */
    void publish(int run, int from, int to) throws Exception;

    @Override
    default void close() throws IOException, TimeoutException {}
}
