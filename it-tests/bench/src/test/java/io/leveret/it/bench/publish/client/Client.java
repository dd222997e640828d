package io.leveret.it.bench.publish.client;

import java.io.IOException;

/** One way to publish to RabbitMQ. Connected once, for all runs. */
public interface Client extends AutoCloseable {

    /** Gives a thread what it publishes with; called by several threads at a time. */
    Publisher publisher(String queue) throws Exception;

    /**
     * Gives one thread what it pipelines with.
     *
     * @param most how many messages may be on their way at a time
     */
    Pipeline pipeline(String queue, int most) throws Exception;

    @Override
    void close() throws IOException;
}
