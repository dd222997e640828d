package io.leveret.it.bench.publish.client;

import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** What one thread publishes with, one message after the other. */
public interface Publisher extends AutoCloseable {

    /** Publishes a persistent, mandatory message; returns when the broker has confirmed it. */
    void publish(byte[] body) throws Exception;

    @Override
    default void close() throws IOException, TimeoutException {}
}
