package io.leveret.it.bench.retry;

import io.leveret.it.broker.BrokerNode;
import java.io.IOException;

/**
 * The queue beside the one that is measured, with a bean of the same resource adapter, or nothing,
 * as the scene wants it. One thread at a time.
 */
final class Neighbour implements AutoCloseable {

    private static final String NAME = "bench-beside";

    /** Longer than any run lasts. */
    private static final int MOST_SECONDS = 120;

    private final Traffic traffic;

    /**
     * Starts it.
     *
     * @param perSecond messages, to be multiplied by what the scene says
     */
    Neighbour(
            BrokerNode broker,
            RetryAdapter adapter,
            Scene scene,
            int round,
            int perSecond,
            long retryDelay)
            throws Exception {
        if (scene.neighbourTimes() == 0) {
            traffic = null;
            return;
        }
        int rate = perSecond * scene.neighbourTimes();
        int most = rate * MOST_SECONDS;
        traffic =
                new Traffic(broker, adapter, NAME, retryDelay, round, most, scene::neighbourFails);
        traffic.consume();
        traffic.publish(rate);
    }

    /** Ends it, and insists on its books. */
    void end() throws Exception {
        if (traffic != null) {
            traffic.end(traffic.stopPublishing());
        }
    }

    @Override
    public void close() throws IOException {
        if (traffic != null) {
            traffic.close();
        }
    }
}
