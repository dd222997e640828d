package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import io.leveret.MqMessage;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The books of messages of which many fail, while the broker restarts and connections are cut: each
 * is processed or parked, and whatever happens more often than it should is explained by a fault.
 */
@Timeout(2_400)
class RetryLedgerTest {

    private static final boolean FULL = Boolean.getBoolean("leveret.it.full");
    private static final int MESSAGES = FULL ? 200_000 : 6_000;
    private static final int RESTARTS = FULL ? 20 : 1;
    private static final int CUTS = FULL ? 50 : 3;
    private static final int PRODUCERS = 8;
    private static final int ATTEMPTS = 4;
    private static final int DELAY = FULL ? 2_000 : 500;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofMinutes(10);

    /** What a fault may still cause when it is over: confirms and attempts that time out. */
    private static final Duration AFTERMATH = Duration.ofSeconds(15);

    private record Window(long from, long to) {}

    /** One run of the listener. */
    private record Run(long nanos, boolean marked) {}

    private final Map<Integer, List<Run>> runs = new ConcurrentHashMap<>();
    private final Set<Integer> processed = new ConcurrentSkipListSet<>();
    private final List<Window> faults = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger confirmed = new AtomicInteger();

    /** 2 % fail always, 20 % once. */
    private static int expectedRuns(int index) {
        return index % 50 == 0 ? ATTEMPTS : index % 5 == 1 ? 2 : 1;
    }

    private static boolean alwaysFails(int index) {
        return expectedRuns(index) == ATTEMPTS;
    }

    private void receive(MqMessage message) {
        int index = Integer.parseInt(message.messageId());
        List<Run> all = runs.computeIfAbsent(index, key -> new CopyOnWriteArrayList<>());
        all.add(new Run(System.nanoTime(), message.possibleDuplicate()));
        if (alwaysFails(index) || all.size() < expectedRuns(index)) {
            throw new IllegalStateException("run " + all.size() + " of " + index);
        }
        processed.add(index);
    }

    @Test
    void everyMessageIsProcessedOrParkedAndWhatHappensTwiceIsExplained() throws Exception {
        BrokerNode node = Nodes.rough();
        String queue;
        try (Bare setup = new Bare(node.port())) {
            queue = setup.queue("retry-ledger", Map.of("x-queue-type", "quorum"));
        }
        ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);
        try (FaultProxy proxy = FaultProxy.to(node);
                Rig rig = Rig.started(proxy.port())) {
            FakeEndpoints endpoints = rig.endpoints(this::receive);
            MqActivationSpec spec = rig.spec(queue);
            spec.setMaxSession("4");
            spec.setPrefetch("50");
            spec.setRetryDelay(String.valueOf(DELAY));
            spec.setMaxAttempts(String.valueOf(ATTEMPTS));
            rig.container().activate(endpoints, spec);
            MqPublisher publisher = rig.publisher();
            for (int i = 0; i < PRODUCERS; i++) {
                producers.execute(() -> produce(publisher, queue));
            }
            int steps = RESTARTS + CUTS;
            for (int i = 0; i < steps; i++) {
                int due = MESSAGES / (steps + 1) * (i + 1);
                Until.holds("traffic", SOON, () -> confirmed.get() >= due);
                boolean restart = (i + 1) * RESTARTS / steps > i * RESTARTS / steps;
                fault(restart ? () -> restart(node) : proxy::cut);
            }
            producers.shutdown();
            assertTrue(producers.awaitTermination(END.toSeconds(), TimeUnit.SECONDS));
            assertEquals(MESSAGES, confirmed.get());
            settle(node, queue);
            rig.container().deactivate(endpoints, spec);
            rig.assertContractKept();
        } finally {
            producers.shutdownNow();
        }
        check(node, queue);
    }

    private interface Injection {
        void run() throws Exception;
    }

    private void fault(Injection injection) throws Exception {
        long from = System.nanoTime();
        int before = processed.size();
        injection.run();
        Until.holds(
                "traffic again",
                SOON,
                () -> processed.size() > before + 50 || confirmed.get() == MESSAGES);
        faults.add(new Window(from, System.nanoTime() + AFTERMATH.toNanos()));
    }

    private static void restart(BrokerNode node) {
        node.kill();
        node.launch();
        node.awaitAccepting(Duration.ofSeconds(60));
    }

    private void produce(MqPublisher publisher, String queue) {
        for (int i = next.getAndIncrement(); i < MESSAGES; i = next.getAndIncrement()) {
            MqMessage message =
                    MqMessage.builder().body(new byte[200]).messageId(String.valueOf(i)).build();
            boolean done = false;
            while (!done) {
                try {
                    publisher.publish("", queue, message);
                    done = true;
                } catch (MqPublishException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    // Again, so that each is confirmed; the fault explains the second one.
                    message = message.toBuilder().possibleDuplicate(true).build();
                }
            }
            confirmed.incrementAndGet();
        }
    }

    /** Waits until nothing is in any queue but the parking queue. */
    private void settle(BrokerNode node, String queue) throws Exception {
        int always = (MESSAGES + 49) / 50;
        try (Bare look = new Bare(node.port())) {
            Until.holds("all processed", END, () -> processed.size() == MESSAGES - always);
            Until.holds(
                    "all parked, and nothing left",
                    END,
                    () ->
                            look.ready(queue + ".parking") >= always
                                    && look.ready(queue + ".retry." + DELAY) == 0
                                    && look.ready(queue) == 0
                                    && runs.size() == MESSAGES);
        }
    }

    private void check(BrokerNode node, String queue) throws Exception {
        Map<Integer, Integer> parked = new ConcurrentHashMap<>();
        try (Bare look = new Bare(node.port())) {
            assertEquals(0, look.ready(queue));
            assertEquals(0, look.ready(queue + ".retry." + DELAY));
            String parking = queue + ".parking";
            for (GetResponse r = look.take(parking); r != null; r = look.take(parking)) {
                parked.merge(Integer.valueOf(r.getProps().getMessageId()), 1, Integer::sum);
                assertEquals(ATTEMPTS, r.getProps().getHeaders().get("x-leveret-attempts"));
            }
        }
        Set<Integer> always = new TreeSet<>();
        int more = 0;
        int parkedMore = 0;
        for (int i = 0; i < MESSAGES; i++) {
            if (alwaysFails(i)) {
                always.add(i);
                parkedMore += parked.getOrDefault(i, 1) - 1;
            }
            List<Run> all = runs.get(i);
            int extra = all.size() - expectedRuns(i);
            assertTrue(extra >= 0, "message " + i + " was tried " + all.size() + " times only");
            if (extra > 0 || parked.getOrDefault(i, 0) > 1) {
                more += extra;
                assertExplained(i, all);
            }
        }
        assertEquals(always, new TreeSet<>(parked.keySet()));
        System.out.printf(
                Locale.ROOT,
                "%d messages, %d restarts, %d cuts: %d parked, lost 0; runs beyond what was due %d,"
                        + " second copies in parking %d, all explained by a fault%n",
                MESSAGES,
                RESTARTS,
                CUTS,
                parked.size(),
                more,
                parkedMore);
    }

    /** A fault must have happened while it was on its way, and whoever sees it again be told. */
    private void assertExplained(int index, List<Run> all) {
        long first = all.get(0).nanos();
        long last = all.get(all.size() - 1).nanos();
        assertTrue(
                faults.stream().anyMatch(f -> f.from() <= last && f.to() >= first),
                "message " + index + " has " + all.size() + " runs and no fault to explain them");
        // One is the original. It may come behind its marked copy, when that is in another session.
        long unmarked = all.stream().filter(run -> !run.marked()).count();
        assertTrue(unmarked <= 1, "message " + index + " has " + unmarked + " unmarked runs");
    }
}
