package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.it.broker.BrokerContents;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.LedgerReport;
import io.leveret.it.ledger.Outcome;
import io.leveret.ra.inbound.MqActivationSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Publishing and consuming go on through kill -9 of the broker, and nothing is lost. */
@Timeout(400)
class RestartRecoveryTest {

    private static final boolean FULL = Boolean.getBoolean("leveret.it.full");
    private static final int[] SHORT_OUTAGES = {1, 1, 1};
    private static final int[] LONG_OUTAGES = {1, 5, 10, 1, 5, 10, 1, 5, 10, 1};
    private static final int PRODUCERS = 4;
    private static final long PACE_NANOS = 2_000_000;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int BACKLOG = 100;
    private static final Duration STABLE = Duration.ofSeconds(3);
    private static final long WORST_MILLIS = 5_000;

    private final ThreadLocal<LedgerLog.Delivery> delivery = new ThreadLocal<>();
    private final ConcurrentSkipListSet<Long> deliveries = new ConcurrentSkipListSet<>();
    private final ConcurrentSkipListSet<Long> confirms = new ConcurrentSkipListSet<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();

    /** While shut, deliveries wait: so that there is something to deliver after a restart. */
    private volatile CountDownLatch gate = new CountDownLatch(0);

    @Test
    void nothingIsLostThroughRestartsAndDeliveriesComeBackAtOnce(@TempDir Path folder)
            throws Exception {
        BrokerNode node = Nodes.rough();
        Path file = folder.resolve("ledger");
        String queue;
        try (Bare setup = new Bare(node.port())) {
            queue = setup.queue("restart", Map.of("x-queue-type", "quorum"));
        }
        long settled = System.nanoTime() + STABLE.toNanos();
        Map<String, List<Long>> recoveries = new TreeMap<>();
        try (LedgerLog log = LedgerLog.open(file);
                Rig rig = new Rig(node.port()).with(a -> a.setPublishTimeout("15000")).start()) {
            FakeEndpoints endpoints = rig.endpoints(message -> receive(log, message));
            endpoints.afterCommit(() -> log.processed(delivery.get(), true));
            MqActivationSpec spec = rig.spec(queue);
            spec.setMaxSession("2");
            spec.setPrefetch("50");
            rig.container().activate(endpoints, spec);
            ExecutorService producers = produce(log, rig.publisher(), queue);
            int first = deliveries.size();
            Until.holds("traffic", SOON, () -> deliveries.size() > first + 500);
            // A quorum queue that is killed within a second of its declaration may stay dead.
            Until.holds("a settled queue", SOON, () -> System.nanoTime() > settled);
            for (int seconds : FULL ? LONG_OUTAGES : SHORT_OUTAGES) {
                restart(node, log, seconds, recoveries);
            }
            stop.set(true);
            producers.shutdown();
            assertTrue(producers.awaitTermination(20, TimeUnit.SECONDS), "producers hang");
            try (Bare look = new Bare(node.port())) {
                Until.holds("an empty queue", SOON, () -> look.ready(queue) == 0);
            }
            rig.container().deactivate(endpoints, spec);
            rig.assertContractKept();
        }
        List<HeldMessage> held =
                BrokerContents.drain(
                        node.uri(), List.of(queue), "x-possible-duplicate", Duration.ofSeconds(20));
        LedgerReport report = Ledger.read(file).reconcile(held, Duration.ofSeconds(3));
        System.out.println(report);
        print(recoveries);
        assertEquals(0, report.lost(), report::toString);
        assertEquals(0, report.stuck(), report::toString);
        assertEquals(0, report.phantom(), report::toString);
        assertTrue(report.confirmed() > 1_000, report::toString);
        recoveries.values().stream()
                .flatMap(List::stream)
                .forEach(ms -> assertTrue(ms < WORST_MILLIS, "not back for " + ms + " ms"));
    }

    /** Kills the broker for a time and notes how long deliveries and confirms stay away. */
    private void restart(
            BrokerNode node, LedgerLog log, int seconds, Map<String, List<Long>> recoveries)
            throws Exception {
        gate = new CountDownLatch(1);
        int confirmed = confirms.size();
        Until.holds("a backlog", SOON, () -> confirms.size() > confirmed + BACKLOG);
        log.faultBegun("kill");
        node.kill();
        gate.countDown();
        long start = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Until.holds(
                "the outage's end",
                Duration.ofSeconds(seconds + 5L),
                () -> System.nanoTime() > start);
        long launched = System.nanoTime();
        node.launch();
        long accepting = node.awaitAccepting(Duration.ofSeconds(60));
        Until.holds(
                "traffic again",
                Duration.ofSeconds(40),
                () -> deliveries.tailSet(launched).size() > 300);
        log.faultEnded("kill");
        // The next one is to be an outage of its own: a link that lives for less than two seconds
        // counts as flapping, and its back-off goes on where it was.
        long stable = System.nanoTime() + STABLE.toNanos();
        Until.holds("a stable time", STABLE.plusSeconds(5), () -> System.nanoTime() > stable);
        note(recoveries, seconds, "first delivery", deliveries.higher(launched) - accepting);
        note(recoveries, seconds, "first confirm", confirms.higher(launched) - accepting);
    }

    private static void note(
            Map<String, List<Long>> recoveries, int seconds, String what, long nanos) {
        recoveries
                .computeIfAbsent(
                        String.format(Locale.ROOT, "%2d s | %s", seconds, what),
                        key -> new ArrayList<>())
                .add(Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos)));
    }

    private void receive(LedgerLog log, MqMessage message) throws InterruptedException {
        deliveries.add(System.nanoTime());
        delivery.set(
                log.delivered(
                        message.messageId(),
                        message.redelivered(),
                        message.possibleDuplicate() && !message.redelivered()));
        assertTrue(gate.await(20, TimeUnit.SECONDS));
    }

    private ExecutorService produce(LedgerLog log, MqPublisher publisher, String queue) {
        ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
        for (int i = 0; i < PRODUCERS; i++) {
            threads.execute(
                    () -> {
                        while (!stop.get()) {
                            publishOne(log, publisher, queue);
                            LockSupport.parkNanos(PACE_NANOS);
                        }
                    });
        }
        return threads;
    }

    private void publishOne(LedgerLog log, MqPublisher publisher, String queue) {
        String id = "m" + ids.incrementAndGet();
        MqMessage message = MqMessage.builder().body(new byte[1_000]).messageId(id).build();
        log.attempt(id);
        try {
            publisher.publish("", queue, message);
            log.outcome(id, Outcome.CONFIRMED);
            confirms.add(System.nanoTime());
        } catch (MqPublishException e) {
            log.outcome(id, Outcome.valueOf(e.outcome().name()));
        }
    }

    private static void print(Map<String, List<Long>> recoveries) {
        System.out.println("From the broker's first answer after kill -9:");
        recoveries.forEach(
                (what, times) -> {
                    Collections.sort(times);
                    System.out.printf(
                            Locale.ROOT,
                            "| outage %-22s | %2d restarts | median %5d ms | max %5d ms | %s%n",
                            what,
                            times.size(),
                            times.get(times.size() / 2),
                            times.get(times.size() - 1),
                            times);
                });
    }
}
