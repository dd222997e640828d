package io.leveret.it.bench.publish.client;

import io.leveret.it.bench.load.Reading;
import java.util.concurrent.ThreadFactory;

/**
 * One run: how, and how much. Each begins with a message of each thread that is not measured, so
 * that connecting is not; what passes from there to the last confirm is.
 *
 * @param blocks whether threads wait for each of their confirms; else one thread pipelines
 * @param queue where to
 * @param run the number of the run, for the bodies
 * @param messages how many
 * @param most how many threads, or messages on their way at a time
 */
public record Orders(boolean blocks, String queue, int run, int messages, int most) {

    /** Carries them out with a client. */
    public Reading carryOut(Client client, ThreadFactory threads) throws Exception {
        return blocks
                ? new BlockingRun(client, queue, run, messages, most, threads).passed()
                : pipeline(client);
    }

    private Reading pipeline(Client client) throws Exception {
        try (Pipeline pipeline = client.pipeline(queue, most)) {
            pipeline.publish(run, 0, 1);
            Reading begin = Reading.now();
            pipeline.publish(run, 1, messages);
            return Reading.now().since(begin);
        }
    }
}
