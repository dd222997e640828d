package io.leveret.ra.link;

import com.rabbitmq.client.Channel;
import java.io.IOException;

/** What a fresh channel needs before it is used, such as confirm mode. */
@FunctionalInterface
public interface ChannelSetup {

    /** Needs nothing. */
    ChannelSetup NONE = channel -> {};

    /**
     * Sets the channel up; runs on a worker thread and may make round trips.
     *
     * @param channel the fresh channel
     * @throws IOException when the broker refuses; the channel is closed then
     */
    void run(Channel channel) throws IOException;
}
