package io.leveret.it.contract;

import io.leveret.MqMessage;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.Outcome;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * One connection factory and one activation per tenant, all of one adapter. Each factory has a
 * publisher with a thread of its own: one that served several would wait for the first that is down
 * and tell nothing of the others.
 */
final class TenantTraffic implements AutoCloseable {

    private static final Duration PACE = Duration.ofMillis(100);
    private static final int BODY = 500;

    private final Rig rig;
    private final LedgerLog log;
    private final int port;
    private final List<Tenants.Tenant> tenants;
    private final PublisherThreads threads;
    private final ThreadLocal<LedgerLog.Delivery> delivery = new ThreadLocal<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicLongArray confirmed;
    private final AtomicLongArray delivered;
    private volatile long mark = System.nanoTime();

    TenantTraffic(Rig rig, Tenants tenants, int port, LedgerLog log) {
        this.rig = rig;
        this.log = log;
        this.port = port;
        this.tenants = tenants.all();
        this.threads = new PublisherThreads(this.tenants.size(), PACE);
        this.confirmed = new AtomicLongArray(this.tenants.size());
        this.delivered = new AtomicLongArray(this.tenants.size());
    }

    void start() throws ResourceException {
        for (int i = 0; i < tenants.size(); i++) {
            consume(i, tenants.get(i));
            MqPublisher publisher = publisher(tenants.get(i));
            int number = i;
            threads.repeat(() -> publishOne(number, publisher));
        }
    }

    private MqPublisher publisher(Tenants.Tenant tenant) throws ResourceException {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        factory.setAddresses("127.0.0.1:" + port);
        factory.setUserName(tenant.user());
        factory.setPassword(tenant.password());
        factory.setVirtualHost(tenant.virtualHost());
        return Rig.connectionFactory(rig.container().pool(factory, 2))
                .createPublisher(MqPublisherOptions.defaults());
    }

    private void consume(int number, Tenants.Tenant tenant) throws ResourceException {
        MqActivationSpec spec = rig.spec(tenant.queue());
        spec.setAddresses("127.0.0.1:" + port);
        spec.setUserName(tenant.user());
        spec.setPassword(tenant.password());
        spec.setVirtualHost(tenant.virtualHost());
        FakeEndpoints endpoints = rig.endpoints(message -> receive(number, message));
        endpoints.afterCommit(() -> log.processed(delivery.get(), true));
        rig.container().activate(endpoints, spec);
    }

    private void publishOne(int number, MqPublisher publisher) {
        String id = "m" + ids.incrementAndGet();
        MqMessage message = MqMessage.builder().body(new byte[BODY]).messageId(id).build();
        log.attempt(id);
        try {
            publisher.publish("", tenants.get(number).queue(), message);
            log.outcome(id, Outcome.CONFIRMED);
            note(confirmed, number);
        } catch (MqPublishException e) {
            log.outcome(id, Outcome.valueOf(e.outcome().name()));
        }
    }

    private void receive(int number, MqMessage message) {
        note(delivered, number);
        delivery.set(
                log.delivered(
                        message.messageId(), message.redelivered(), message.possibleDuplicate()));
    }

    /** Keeps the first time since the mark. */
    private void note(AtomicLongArray times, int number) {
        long now = System.nanoTime();
        long known = times.get(number);
        if (known == 0 || known - mark < 0) {
            times.compareAndSet(number, known, now);
        }
    }

    /** From now on all of them have to prove anew that they work. */
    void mark() {
        mark = System.nanoTime();
    }

    /** How many publishers have had a confirm since the mark. */
    int publishing() {
        return since(confirmed);
    }

    /** How many activations have had a delivery since the mark. */
    int consuming() {
        return since(delivered);
    }

    private int since(AtomicLongArray times) {
        long from = mark;
        return (int)
                IntStream.range(0, times.length())
                        .filter(i -> times.get(i) != 0 && times.get(i) - from >= 0)
                        .count();
    }

    /** Whether all of them have worked since the mark. */
    boolean works() {
        return publishing() == tenants.size() && consuming() == tenants.size();
    }

    /** When the last of all publishers had its first confirm since the mark, in nanoTime. */
    long lastConfirm() {
        return IntStream.range(0, confirmed.length()).mapToLong(confirmed::get).max().orElse(0);
    }

    /** When the last of all activations had its first delivery since the mark, in nanoTime. */
    long lastDelivery() {
        return IntStream.range(0, delivered.length()).mapToLong(delivered::get).max().orElse(0);
    }

    /** Ends the publishers; activations go on. */
    void stopPublishing() throws InterruptedException {
        threads.stop();
    }

    @Override
    public void close() {
        threads.close();
    }
}
