package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that is suspended ends its activations, and starts them again when it is resumed. */
@Timeout(60)
class SuspendTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int MESSAGES = 30;
    private static final int SESSIONS = 2;
    private static final long DRAIN_MILLIS = 800;

    private Bare bare;
    private Rig rig;
    private String queue;
    private MqActivationSpec spec;
    private ExecutorService server;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("suspend");
        rig =
                new Rig(Nodes.shared().port())
                        .with(a -> a.setDrainTimeout(String.valueOf(DRAIN_MILLIS)))
                        .start();
        spec = rig.spec(queue);
        spec.setMaxSession(String.valueOf(SESSIONS));
        spec.setPrefetch("8");
        spec.setRetryDelay("100");
        server = Executors.newSingleThreadExecutor();
    }

    @AfterEach
    void tearDown() throws Exception {
        server.shutdownNow();
        rig.close();
        bare.close();
        rig.assertContractKept();
    }

    private List<String> fill() throws Exception {
        List<String> texts = IntStream.range(0, MESSAGES).mapToObj(i -> "m" + i).toList();
        for (String text : texts) {
            bare.publish(queue, text);
        }
        return texts;
    }

    /** What was seen more than once, by text, without the first time. */
    private static Map<String, List<Bean.Seen>> repetitions(Bean bean) {
        Set<String> known = new HashSet<>();
        return bean.seen().stream()
                .filter(s -> !known.add(s.text()))
                .collect(Collectors.groupingBy(Bean.Seen::text));
    }

    private static void assertSeen(List<String> texts, Bean bean) {
        assertEquals(new HashSet<>(texts), new HashSet<>(bean.texts()), "lost or invented");
    }

    @Test
    void deliveriesThatEndInTimeAreDoneAndTheRestComesAfterTheResume() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(release.await(10, TimeUnit.SECONDS)));
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        List<String> texts = fill();
        Until.holds("deliveries in flight", SOON, () -> bean.count() == SESSIONS);

        // The running ones may end, new calls are refused from now on.
        endpoints.suspended(true);
        Future<?> suspended = server.submit(() -> rig.container().deactivate(endpoints, spec));
        Until.never("an end before the deliveries'", Duration.ofMillis(200), suspended::isDone);
        release.countDown();
        suspended.get(5, TimeUnit.SECONDS);
        rig.container().deactivate(endpoints, spec); // WildFly: once more at the shutdown

        assertEquals(SESSIONS, endpoints.commits());
        Until.holds("the rest is back", SOON, () -> bare.ready(queue) == MESSAGES - SESSIONS);

        endpoints.suspended(false);
        rig.container().activate(endpoints, spec);
        Until.holds("all of them", SOON, () -> endpoints.commits() == MESSAGES);
        assertSeen(texts, bean);
        assertEquals(Map.of(), repetitions(bean), "nobody has to do anything twice");
        assertEmpty();
    }

    @Test
    void deliveriesThatOutlastTheSuspendComeAgainAndSaySo() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(release.await(20, TimeUnit.SECONDS)));
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        List<String> texts = fill();
        Until.holds("deliveries in flight", SOON, () -> bean.count() == SESSIONS);
        List<String> running = new ArrayList<>(bean.texts());

        rig.container().deactivate(endpoints, spec);
        Until.holds("all of it is back", SOON, () -> bare.ready(queue) == MESSAGES);
        bean.then(m -> {}); // for the next calls; the running ones hang on
        rig.container().activate(endpoints, spec);
        Until.holds("all of them", SOON, () -> endpoints.commits() == MESSAGES);
        release.countDown();
        Until.holds("the late ends", SOON, () -> endpoints.commits() == MESSAGES + SESSIONS);

        assertSeen(texts, bean);
        Map<String, List<Bean.Seen>> twice = repetitions(bean);
        assertEquals(new HashSet<>(running), twice.keySet());
        for (List<Bean.Seen> again : twice.values()) {
            assertEquals(1, again.size());
            assertTrue(again.get(0).possibleDuplicate(), "a repetition must say so");
        }
        assertEmpty();
    }

    @Test
    void aServerThatIsSuspendedAgainAndAgainLosesNothing() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        List<String> texts = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            int before = endpoints.commits();
            for (int i = 0; i < MESSAGES; i++) {
                texts.add("r" + round + "-" + i);
                bare.publish(queue, "r" + round + "-" + i);
            }
            rig.container().activate(endpoints, spec);
            Until.holds("work", SOON, () -> endpoints.commits() > before);
            endpoints.suspended(true);
            rig.container().deactivate(endpoints, spec);
            endpoints.suspended(false);
        }
        rig.container().activate(endpoints, spec);
        Until.holds("all of them", SOON, () -> endpoints.commits() >= texts.size());
        assertEmpty();

        assertSeen(texts, bean);
        for (List<Bean.Seen> again : repetitions(bean).values()) {
            assertTrue(again.stream().allMatch(Bean.Seen::possibleDuplicate));
        }
    }

    private void assertEmpty() throws Exception {
        Until.holds("the queue is empty", SOON, () -> bare.ready(queue) == 0);
        rig.container().deactivate(rig.endpoints(new Bean()), spec); // unknown: does nothing
        Until.holds("the activation goes on", SOON, () -> bare.consumers(queue) > 0);
    }
}
