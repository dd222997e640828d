package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.it.broker.BrokerNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker that stops answering holds no caller beyond its deadline, and no outcome lies. */
@Timeout(90)
class FrozenBrokerTest {

    private static final int THREADS = 16;
    private static final int BODY = 512 * 1024; // the first few fill all TCP buffers
    private static final long LIMIT_MILLIS = Rig.PUBLISH_TIMEOUT.toMillis() + 1_000;

    private record Call(String id, MqOutcome outcome, long millis, boolean whileFrozen) {}

    private final Map<MqOutcome, Integer> counts = new EnumMap<>(MqOutcome.class);

    @Test
    void everyCallerIsBackByItsDeadlineWithAnOutcomeThatIsTrue() throws Exception {
        BrokerNode node = Nodes.rough();
        ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
        AtomicBoolean frozen = new AtomicBoolean();
        AtomicInteger ids = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        String queue;
        try (Rig rig = Rig.started(node.port());
                Bare setup = new Bare(node.port())) {
            queue = setup.queue("frozen");
            MqPublisher publisher = rig.publisher();
            List<Future<?>> running = new ArrayList<>();
            AtomicBoolean stop = new AtomicBoolean();
            for (int i = 0; i < THREADS; i++) {
                running.add(
                        threads.submit(
                                () -> {
                                    while (!stop.get()) {
                                        calls.add(call(publisher, queue, ids, frozen));
                                    }
                                }));
            }
            Until.holds("publishing", Duration.ofSeconds(10), () -> calls.size() > 100);
            node.freeze();
            frozen.set(true);
            try {
                long second = System.nanoTime() + 2 * Rig.PUBLISH_TIMEOUT.toNanos();
                Until.holds(
                        "two deadlines", Duration.ofSeconds(10), () -> System.nanoTime() > second);
                stop.set(true);
                for (Future<?> thread : running) {
                    thread.get(LIMIT_MILLIS + 1_000, TimeUnit.MILLISECONDS);
                }
            } finally {
                node.thaw();
            }
            Until.holds(
                    "a confirm after the thaw",
                    Duration.ofSeconds(10),
                    () ->
                            Rig.outcomeOf(publisher, "", queue, message("after"))
                                    == MqOutcome.CONFIRMED);
            rig.assertContractKept();
        } finally {
            threads.shutdown();
        }
        judge(calls, node, queue);
    }

    private void judge(Iterable<Call> calls, BrokerNode node, String queue) throws Exception {
        long longest = 0;
        for (Call call : calls) {
            if (call.whileFrozen()) {
                counts.merge(call.outcome(), 1, Integer::sum);
            }
            longest = Math.max(longest, call.millis());
            assertTrue(call.millis() <= LIMIT_MILLIS, () -> "too late: " + call);
            assertTrue(
                    call.outcome() == MqOutcome.CONFIRMED
                            || call.outcome() == MqOutcome.NOT_SENT
                            || call.outcome() == MqOutcome.UNKNOWN,
                    () -> "wrong outcome: " + call);
        }
        System.out.printf(
                Locale.ROOT,
                "frozen broker, %d threads, %d kB bodies: outcomes while frozen %s, longest call"
                        + " %d ms (publish timeout %d ms)%n",
                THREADS,
                BODY / 1024,
                counts,
                longest,
                Rig.PUBLISH_TIMEOUT.toMillis());
        assertTrue(counts.containsKey(MqOutcome.NOT_SENT), "the buffers never filled: " + counts);
        assertTrue(counts.containsKey(MqOutcome.UNKNOWN), "nothing was on the way: " + counts);
        Set<String> arrived;
        try (Bare after = new Bare(node.port())) {
            arrived = new HashSet<>(after.drainIds(queue));
            after.deleteQueue(queue);
        }
        for (Call call : calls) {
            if (call.outcome() != MqOutcome.UNKNOWN) {
                assertEquals(
                        call.outcome() == MqOutcome.CONFIRMED,
                        arrived.contains(call.id()),
                        () -> "an outcome that lies: " + call);
            }
        }
    }

    private static Call call(
            MqPublisher publisher, String queue, AtomicInteger ids, AtomicBoolean frozen) {
        String id = "m" + ids.incrementAndGet();
        long start = System.nanoTime();
        MqOutcome outcome = Rig.outcomeOf(publisher, "", queue, message(id));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        return new Call(id, outcome, millis, frozen.get());
    }

    private static MqMessage message(String id) {
        return MqMessage.builder().body(new byte[BODY]).persistent(false).messageId(id).build();
    }
}
