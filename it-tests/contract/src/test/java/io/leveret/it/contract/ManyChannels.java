package io.leveret.it.contract;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.container.FakePool;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.Outcome;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Publishes over many channels of one group of links: some threads keep a connection of their own,
 * so that its channel stays in use, and get another one when it is lost; others share a publisher.
 */
final class ManyChannels implements AutoCloseable {

    private static final Duration PACE = Duration.ofMillis(150);
    private static final int KEEP_ROUNDS = 20;
    private static final int BODY = 700;

    private final LedgerLog log;
    private final String queue;
    private final FakePool kept;
    private final FakePool shared;
    private final MqConnectionFactory connections;
    private final MqPublisher publisher;
    private final PublisherThreads threads;
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger confirmed = new AtomicInteger();
    private volatile MqConnectionException refusal;
    private volatile boolean paused;

    /**
     * Starts publishing.
     *
     * @param keepers threads with a connection of their own
     * @param sharers threads that share a publisher
     * @param name the links' connection name
     */
    ManyChannels(Rig rig, String queue, LedgerLog log, int keepers, int sharers, String name)
            throws ResourceException {
        this.log = log;
        this.queue = queue;
        this.kept = rig.container().pool(factory(name), keepers);
        this.shared = rig.container().pool(factory(name), sharers);
        this.connections = Rig.connectionFactory(kept);
        this.publisher =
                Rig.connectionFactory(shared).createPublisher(MqPublisherOptions.defaults());
        this.threads = new PublisherThreads(keepers + sharers, PACE);
        for (int i = 0; i < keepers; i++) {
            threads.run(this::keep);
        }
        for (int i = 0; i < sharers; i++) {
            threads.repeat(this::share);
        }
    }

    private static MqManagedConnectionFactory factory(String name) {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        factory.setConnectionName(name);
        return factory;
    }

    private void keep() {
        MqConnection own = null;
        for (int round = 1; !threads.isStopped(); round++) {
            if (own != null && round % KEEP_ROUNDS == 0) {
                own.close(); // a connection of a link that has moved is left to the pool
                own = null;
            }
            try {
                if (own == null) {
                    own = connections.getConnection();
                }
            } catch (MqConnectionException e) {
                refusal = e;
                threads.pace();
                continue; // no link is up: the caller tries again
            }
            if (!paused && !publishOne(own::publish)) {
                own.close();
                own = null;
            }
            threads.pace();
        }
        if (own != null) {
            own.close();
        }
    }

    private void share() {
        if (!paused) {
            publishOne(publisher::publish);
        }
    }

    private interface Publish {
        void run(String exchange, String key, MqMessage message);
    }

    private boolean publishOne(Publish publish) {
        String id = "m" + ids.incrementAndGet();
        MqMessage message = MqMessage.builder().body(new byte[BODY]).messageId(id).build();
        log.attempt(id);
        try {
            publish.run("", queue, message);
            log.outcome(id, Outcome.CONFIRMED);
            confirmed.incrementAndGet();
            return true;
        } catch (MqPublishException e) {
            log.outcome(id, Outcome.valueOf(e.outcome().name()));
            return false;
        } catch (IllegalStateException e) {
            // The pool has destroyed the lost connection before the holder noticed.
            log.outcome(id, Outcome.NOT_SENT);
            return false;
        }
    }

    /** The publisher that threads share: what it does wrong hits their channels. */
    MqPublisher publisher() {
        return publisher;
    }

    int confirmed() {
        return confirmed.get();
    }

    /** Why a thread got no connection the last time; null when every one always did. */
    MqConnectionException refusal() {
        return refusal;
    }

    /** How many connections the pools hold. */
    int channels() {
        return kept.size() + shared.size();
    }

    /** How many threads have a connection of their own now. */
    int keeping() {
        return kept.used().size();
    }

    void pause(boolean on) {
        paused = on;
    }

    /** The pools remember every connection that failed. */
    void forgetErrors() {
        kept.forgetErrors();
        shared.forgetErrors();
    }

    void stop() throws InterruptedException {
        threads.stop();
    }

    @Override
    public void close() {
        threads.close();
    }
}
