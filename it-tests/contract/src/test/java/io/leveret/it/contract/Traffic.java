package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.BrokerContents;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.Outcome;
import io.leveret.ra.inbound.MqActivationSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The {@link Load} itself: an adapter in a fake container, threads that publish, a bean that
 * consumes. What happens goes into the file {@value #LEDGER}, warnings into {@value #SIGNS}. A
 * message's id says when its publish was begun.
 */
final class Traffic implements Load {

    static final boolean FULL = Boolean.getBoolean("leveret.it.full");
    static final Duration PUBLISH_TIMEOUT = Duration.ofMillis(FULL ? 3_000 : 1_500);
    static final Duration HEARTBEAT = Duration.ofSeconds(FULL ? 2 : 1);
    static final String LEDGER = "ledger";
    static final String SIGNS = "signs";

    private static final int PRODUCERS = 4;
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int BODY = 1_000;
    private static final Duration FINISH = Duration.ofSeconds(30);

    /** Where to publish to and consume from, as whom, over what, and the ledger's folder. */
    record Plan(
            String addresses,
            String user,
            String password,
            String queue,
            int connections,
            long probeMillis,
            Path folder) {}

    private final Plan plan;
    private final Rig rig = new Rig(0);
    private final Signs signs;
    private final LedgerLog log;
    private final MqPublisher publisher;
    private final MqActivationSpec spec;
    private final FakeEndpoints endpoints;
    private final ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
    private final ThreadLocal<LedgerLog.Delivery> delivery = new ThreadLocal<>();
    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final AtomicInteger publishing = new AtomicInteger();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicLong lastConfirmed = new AtomicLong();
    private final AtomicLong lastDelivered = new AtomicLong();
    private final AtomicLong longestCall = new AtomicLong();
    private volatile boolean paused;
    private volatile boolean stopped;
    private volatile CountDownLatch held = new CountDownLatch(0);

    Traffic(Plan plan) throws Exception {
        this.plan = plan;
        this.signs = Signs.into(plan.folder().resolve(SIGNS));
        this.log = LedgerLog.open(plan.folder().resolve(LEDGER));
        rig.with(a -> a.setAddresses(plan.addresses()))
                .with(a -> a.setUserName(plan.user()))
                .with(a -> a.setPassword(plan.password()))
                .with(a -> a.setHeartbeat(String.valueOf(HEARTBEAT.toMillis())))
                .with(a -> a.setConnections(String.valueOf(plan.connections())))
                .with(a -> a.setConnectTimeout("2000"))
                .with(a -> a.setProbeInterval(String.valueOf(plan.probeMillis())))
                .with(a -> a.setPublishTimeout(String.valueOf(PUBLISH_TIMEOUT.toMillis())))
                .start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        publisher = factory.createPublisher(MqPublisherOptions.defaults());
        openLinks(factory);
        endpoints = rig.endpoints(this::receive);
        endpoints.afterCommit(this::processed);
        spec = rig.spec(plan.queue());
        spec.setMaxSession(String.valueOf(plan.connections()));
        rig.container().activate(endpoints, spec);
        for (int i = 0; i < PRODUCERS; i++) {
            threads.execute(this::produce);
        }
    }

    /** A link is started when another has a second channel, so publishers might need fewer. */
    private void openLinks(MqConnectionFactory factory) {
        List<MqConnection> channels = new ArrayList<>();
        for (int i = 0; i < 2 * (plan.connections() - 1); i++) {
            channels.add(factory.getConnection());
        }
        channels.forEach(MqConnection::close);
    }

    private void produce() {
        while (!stopped) {
            publishing.incrementAndGet();
            if (!paused) {
                publishOne();
            }
            publishing.decrementAndGet();
            LockSupport.parkNanos(PACE_NANOS);
        }
    }

    private void publishOne() {
        long begun = LedgerLog.now();
        String id = begun + "-" + ids.incrementAndGet();
        MqMessage message = MqMessage.builder().body(new byte[BODY]).messageId(id).build();
        log.attempt(id);
        long start = System.nanoTime();
        try {
            publisher.publish("", plan.queue(), message);
            log.outcome(id, Outcome.CONFIRMED);
            confirmed.add(id);
            lastConfirmed.accumulateAndGet(begun, Math::max);
        } catch (MqPublishException e) {
            log.outcome(id, Outcome.valueOf(e.outcome().name()));
        }
        longestCall.accumulateAndGet(System.nanoTime() - start, Math::max);
    }

    private void receive(MqMessage message) throws InterruptedException {
        delivery.set(
                log.delivered(
                        message.messageId(),
                        message.redelivered(),
                        message.possibleDuplicate() && !message.redelivered()));
        lastDelivered.accumulateAndGet(begun(message.messageId()), Math::max);
        assertTrue(held.await(FINISH.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void processed() {
        log.processed(delivery.get(), true);
        received.add(delivery.get().id());
    }

    /** When the publish of a message was begun. */
    static long begun(String id) {
        return Long.parseLong(id.substring(0, id.indexOf('-')));
    }

    /** Whether publishers make a pause; calls that are running go on. */
    void pause(boolean on) {
        paused = on;
    }

    /** Whether some call of a publisher is running. */
    boolean isPublishing() {
        return publishing.get() > 0;
    }

    /** While on, the bean does not return from a delivery. */
    void holdDeliveries(boolean on) {
        held.countDown();
        held = new CountDownLatch(on ? 1 : 0);
    }

    /** Whether everything confirmed has been received. */
    boolean allReceived() {
        return received.containsAll(confirmed);
    }

    /** Publishes once over the same factory, and so the same channels, as everybody here. */
    MqOutcome publishBeside(String exchange, String routingKey) {
        return Rig.outcomeOf(publisher, exchange, routingKey, MqMessage.text("beside"));
    }

    @Override
    public Progress progress() {
        return new Progress(
                lastConfirmed.get(),
                lastDelivered.get(),
                confirmed.size(),
                TimeUnit.NANOSECONDS.toMillis(longestCall.get()));
    }

    @Override
    public List<HeldMessage> finish() throws Exception {
        stopPublishing();
        Until.holds("all that was confirmed is received", FINISH, this::allReceived);
        Until.holds("an empty queue", FINISH, this::isQueueEmpty);
        rig.container().deactivate(endpoints, spec);
        rig.assertContractKept();
        return BrokerContents.drain(anyNode(), List.of(plan.queue()), FINISH);
    }

    private void stopPublishing() throws InterruptedException {
        stopped = true;
        threads.shutdown();
        assertTrue(threads.awaitTermination(FINISH.toMillis(), TimeUnit.MILLISECONDS), "hangs");
    }

    private boolean isQueueEmpty() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(anyNode());
        factory.setAutomaticRecoveryEnabled(false);
        try (Connection connection = factory.newConnection("contract test");
                Channel channel = connection.createChannel()) {
            return channel.queueDeclarePassive(plan.queue()).getMessageCount() == 0;
        } catch (IOException | TimeoutException e) {
            return false; // it may have to settle after the fault
        }
    }

    private URI anyNode() {
        String address = plan.addresses().split(",")[0];
        return URI.create("amqp://" + plan.user() + ":" + plan.password() + "@" + address);
    }

    @Override
    public void close() {
        stopped = true;
        holdDeliveries(false);
        threads.shutdownNow();
        rig.close();
        signs.close();
        try {
            log.close();
        } catch (IOException e) {
            System.err.println("cannot close the ledger: " + e);
        }
    }
}
