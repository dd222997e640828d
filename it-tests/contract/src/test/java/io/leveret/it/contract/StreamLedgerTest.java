package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.LedgerReport;
import io.leveret.it.ledger.Outcome;
import io.leveret.ra.inbound.MqActivationSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stream by ledger, over connections that are cut and a broker that is killed: nothing is lost,
 * what was processed does not come again, and what comes again for another reason says so.
 */
@Timeout(300)
class StreamLedgerTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final long PACE_NANOS = 500_000;
    private static final int CUTS = 10;
    private static final int KILLS = 2;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Set<String> done = ConcurrentHashMap.newKeySet();
    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();
    private final Set<String> unmarked = ConcurrentHashMap.newKeySet();
    private final Set<String> doneTwice = ConcurrentHashMap.newKeySet();
    private final AtomicReference<LedgerLog.Delivery> delivery = new AtomicReference<>();
    private final AtomicReference<String> id = new AtomicReference<>();
    private final BrokerNode node = Nodes.rough();
    private final String stream = Bare.name("stream-ledger");
    private FaultProxy proxy;
    private Rig rig;

    @BeforeEach
    void setUp() throws Exception {
        proxy = FaultProxy.to(node);
        rig = new Rig(proxy.port()).with(a -> a.setPublishTimeout("15000")).start();
    }

    @AfterEach
    void tearDown() throws Exception {
        stop.set(true);
        rig.close();
        proxy.close();
        rig.assertContractKept();
    }

    @Test
    void nothingIsLostAndNothingThatIsDoneComesAgain(@TempDir Path folder) throws Exception {
        try (Bare bare = new Bare(node.port())) {
            bare.declare(stream, Map.of("x-queue-type", "stream"));
        }
        Path file = folder.resolve("ledger");
        try (LedgerLog log = LedgerLog.open(file)) {
            FakeEndpoints endpoints = rig.endpoints(message -> receive(log, message));
            endpoints.afterCommit(
                    () -> {
                        done.add(id.get());
                        log.processed(delivery.get(), true);
                    });
            MqActivationSpec spec = rig.spec(stream);
            spec.setStreamOffset("first");
            spec.setPrefetch("50");
            spec.setRetryDelay("50");
            rig.container().activate(endpoints, spec);
            ExecutorService producer = Executors.newSingleThreadExecutor();
            producer.execute(() -> produce(log, rigPublisher()));
            for (int i = 0; i < CUTS; i++) {
                traffic();
                log.faultBegun("cut");
                proxy.cut();
                traffic();
                log.faultEnded("cut");
            }
            for (int i = 0; i < KILLS; i++) {
                log.faultBegun("kill");
                node.kill();
                node.launch();
                node.awaitAccepting(SOON);
                traffic();
                log.faultEnded("kill");
            }
            stop.set(true);
            producer.shutdown();
            assertTrue(producer.awaitTermination(30, TimeUnit.SECONDS), "the producer hangs");
            Until.holds("all that is confirmed", SOON, () -> done.containsAll(confirmed));
            rig.container().deactivate(endpoints, spec);
        }
        LedgerReport report = Ledger.read(file).reconcile(List.of(), Duration.ofSeconds(3));
        System.out.println(report);
        System.out.println(runs + " runs of " + seen.size() + " messages");
        assertEquals(0, report.lost(), report::toString);
        assertEquals(0, report.phantom(), report::toString);
        assertEquals(Set.of(), doneTwice, "done again");
        assertEquals(Set.of(), unmarked, "comes again, and does not say so");
        assertTrue(confirmed.size() > 1_000, report::toString);
        assertTrue(runs.get() > seen.size(), "nothing has failed");
    }

    private MqPublisher rigPublisher() {
        try {
            return rig.publisher();
        } catch (Exception e) {
            throw new IllegalStateException("no publisher", e);
        }
    }

    private void traffic() throws Exception {
        int before = done.size();
        Until.holds("traffic", SOON, () -> done.size() > before + 100);
    }

    /** Every hundredth fails once. */
    private void receive(LedgerLog log, MqMessage message) {
        runs.incrementAndGet();
        String name = message.messageId();
        if (done.contains(name)) {
            doneTwice.add(name);
        }
        boolean again = !seen.add(name);
        if (again && !message.possibleDuplicate()) {
            unmarked.add(name);
        }
        id.set(name);
        delivery.set(
                log.delivered(
                        name,
                        message.redelivered(),
                        message.possibleDuplicate() && !message.redelivered()));
        if (!again && name.endsWith("00")) {
            throw new IllegalStateException("a test's failure");
        }
    }

    private void produce(LedgerLog log, MqPublisher publisher) {
        while (!stop.get()) {
            String name = "m" + ids.incrementAndGet();
            MqMessage message = MqMessage.builder().body(new byte[100]).messageId(name).build();
            log.attempt(name);
            try {
                publisher.publish("", stream, message);
                log.outcome(name, Outcome.CONFIRMED);
                confirmed.add(name);
            } catch (MqPublishException e) {
                log.outcome(name, Outcome.valueOf(e.outcome().name()));
            }
            LockSupport.parkNanos(PACE_NANOS);
        }
    }
}
