package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What message-driven beans cost that have nothing to do: each is one activation with one session,
 * so one channel and one consumer, on the two connections of its adapter.
 */
@Timeout(300)
class IdleConsumersTest {

    private static final int[] STEPS =
            Boolean.getBoolean("leveret.it.full")
                    ? new int[] {1, 10, 100, 1_000}
                    : new int[] {1, 10, 100};

    private static final int MOST = STEPS[STEPS.length - 1];

    /** Bytes of heap per consumer: what we want, and what would be a fault. */
    private static final int AIM = 20_000;

    private static final int TOO_MUCH = 60_000;

    private static final int LOOKS = 5;
    private static final Duration ALL_CONSUME = Duration.ofSeconds(60);

    /** Far more than idle workers of the adapter live. */
    private static final Duration SETTLED = Duration.ofSeconds(20);

    private static final Path REPORT = Path.of("target", "idle-consumers.md");

    /** What so many consumers hold. */
    private record Held(int consumers, long heap, int threads) {

        /** Bytes of heap for each consumer more than in the first step. */
        long each(Held first) {
            return (heap - first.heap) / (consumers - first.consumers);
        }

        String row(Held first) {
            return String.format(
                    Locale.ROOT,
                    "| %d | %d | %s | %d |%n",
                    consumers,
                    heap / 1_000,
                    this == first ? "–" : String.format(Locale.ROOT, "%.1f", each(first) / 1_000.0),
                    threads);
        }
    }

    /**
     * A bean that is not active yet; made before anything is measured, for it is not the adapter.
     */
    private record Waiting(FakeEndpoints endpoints, MqActivationSpec spec) {}

    private final List<Waiting> beans = new ArrayList<>();
    private Set<Thread> others;
    private Bare bare;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        others = Set.copyOf(Thread.getAllStackTraces().keySet());
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("idle");
        rig =
                new Rig(Nodes.shared().port())
                        .with(a -> a.setChannelsPerConnection(String.valueOf(MOST)))
                        .start();
        for (int i = 0; i < MOST; i++) {
            MqActivationSpec spec = rig.spec(queue);
            spec.setPrefetch("50");
            beans.add(new Waiting(rig.endpoints(message -> {}), spec));
        }
    }

    @AfterEach
    void tearDown() {
        rig.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void aConsumerWithNothingToDoHasNoThreadAndLittleHeap() throws Exception {
        activate(0, MOST); // loads classes, fills caches, grows buffers
        for (Waiting bean : beans) {
            rig.container().deactivate(bean.endpoints(), bean.spec());
        }
        List<Held> steps = new ArrayList<>();
        int active = 0;
        for (int consumers : STEPS) {
            activate(active, consumers);
            active = consumers;
            steps.add(held(consumers, steps.isEmpty() ? null : steps.get(0)));
        }
        Held first = steps.get(0);
        Held last = steps.get(steps.size() - 1);
        report(steps, last.each(first));
        for (Held step : steps) {
            assertEquals(first.threads(), step.threads(), "threads of " + step);
        }
        assertTrue(
                last.each(first) <= TOO_MUCH,
                () -> "bytes of heap for each consumer: " + last.each(first));
    }

    /** Activates more beans, until so many are active. */
    private void activate(int from, int to) throws Exception {
        for (Waiting bean : beans.subList(from, to)) {
            rig.container().activate(bean.endpoints(), bean.spec());
        }
        Until.holds(to + " consumers", ALL_CONSUME, () -> bare.consumers(queue) == to);
    }

    /** Looks as soon as the threads that subscribed have ended: no more than in the first step. */
    private Held held(int consumers, Held first) throws Exception {
        int threads = first == null ? settledThreads() : first.threads();
        Until.holds(
                "as many threads with " + consumers + " consumers as with one: " + threads,
                SETTLED,
                () -> threads() <= threads);
        long[] heaps = new long[LOOKS];
        for (int i = 0; i < LOOKS; i++) {
            heaps[i] = Footprint.now().heap();
        }
        Arrays.sort(heaps);
        return new Held(consumers, heaps[LOOKS / 2], threads());
    }

    /** Waits until no worker of the adapter is left. */
    private int settledThreads() throws Exception {
        Until.holds("idle workers end", SETTLED, () -> workers() == 0);
        return threads();
    }

    /** Those of this test. */
    private int threads() {
        return Footprint.threads("", others);
    }

    private static int workers() {
        return (int)
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("leveret-") && name.contains("-worker-"))
                        .count();
    }

    private static void report(List<Held> steps, long each) throws Exception {
        StringBuilder text =
                new StringBuilder(
                        "Idle consumers of one adapter, each one activation with one session\n\n"
                                + "| consumers | heap after GC, kB | heap per consumer more, kB |"
                                + " threads of the process |\n|---|---|---|---|\n");
        steps.forEach(step -> text.append(step.row(steps.get(0))));
        text.append(
                String.format(
                        Locale.ROOT,
                        "%nHeap: medians of %d. Aims: at most %d kB and no thread per consumer:"
                                + " %s.%n",
                        LOOKS,
                        AIM / 1_000,
                        each <= AIM ? "kept" : "missed"));
        System.out.println(text);
        Files.writeString(REPORT, text, StandardCharsets.UTF_8);
    }
}
