package io.leveret.it.bench.publish.client;

import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.it.bench.load.Body;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.util.ArrayList;
import java.util.List;

/** Leveret, in a server or without one, as it is without any settings. */
public final class LeveretClient implements Client {

    private final Publishing publishing;
    private final boolean batches;

    /**
     * Makes one.
     *
     * @param batches whether it pipelines in batches, not message by message
     */
    public LeveretClient(Publishing publishing, boolean batches) {
        this.publishing = publishing;
        this.batches = batches;
    }

    /** Makes one without a server. */
    static LeveretClient of(String uri, boolean batches) throws Exception {
        MqManagedConnectionFactory managed = new MqManagedConnectionFactory();
        managed.setAddresses(uri);
        return new LeveretClient(
                new FactoryPublishing((MqConnectionFactory) managed.createConnectionFactory()),
                batches);
    }

    private static MqMessage message(byte[] body) {
        return MqMessage.builder().body(body).build();
    }

    @Override
    public Publisher publisher(String queue) {
        return body -> publishing.publish(queue, message(body));
    }

    @Override
    public Pipeline pipeline(String queue, int most) {
        return batches
                ? (run, from, to) -> batches(queue, most, run, from, to)
                : (run, from, to) -> async(queue, run, from, to);
    }

    private void batches(String queue, int size, int run, int from, int to) {
        for (int begin = from; begin < to; begin += size) {
            List<MqMessage> batch = new ArrayList<>(size);
            for (int i = begin; i < Math.min(begin + size, to); i++) {
                batch.add(message(Body.of(run, i)));
            }
            publishing.publishAll(queue, batch);
        }
    }

    /** How many are on their way at a time is the publisher's to bound. */
    private void async(String queue, int run, int from, int to) throws InterruptedException {
        Outstanding outstanding = new Outstanding(to - from, to - from);
        for (int i = from; i < to; i++) {
            outstanding.begin();
            publishing
                    .publishAsync(queue, message(Body.of(run, i)))
                    .whenComplete(
                            (nothing, failure) -> {
                                if (failure == null) {
                                    outstanding.confirmed(1);
                                } else {
                                    outstanding.failed(failure.toString());
                                }
                            });
        }
        outstanding.awaitAll();
    }

    /** The links end with the process: a factory without a server has no end that it hears of. */
    @Override
    public void close() {}
}
