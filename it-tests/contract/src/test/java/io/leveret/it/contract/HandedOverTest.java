package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What was handed over to be written, and waits because the connection takes no more: it was
 * certainly not sent.
 */
@Timeout(60)
class HandedOverTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration BRIEF = Duration.ofSeconds(1);
    private static final long STILL_NANOS = Duration.ofMillis(500).toNanos();
    private static final int THREADS = 64;

    /** A few of them fill all buffers on the way. */
    private static final int BODY = 512 * 1024;

    private final Map<String, MqPublishException> failures = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqConnectionFactory factory;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("handed");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setConnections("1")).start();
        factory = Rig.connected(rig.pool());
        publisher(SOON).publish("", queue, message("warm"));
        bare.drain(queue);
    }

    @AfterEach
    void tearDown() throws Exception {
        threads.shutdownNow();
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private MqPublisher publisher(Duration timeout) {
        return factory.createPublisher(MqPublisherOptions.defaults().withPublishTimeout(timeout));
    }

    private static MqMessage message(String id) {
        return MqMessage.builder().body(new byte[BODY]).persistent(false).messageId(id).build();
    }

    /** Publishes on many threads; what fails is noted. */
    private void start(MqPublisher publisher) {
        for (int i = 0; i < THREADS; i++) {
            String id = "m" + i;
            threads.execute(
                    () -> {
                        try {
                            publisher.publish("", queue, message(id));
                        } catch (MqPublishException e) {
                            failures.put(id, e);
                        }
                    });
        }
        threads.shutdown();
    }

    private void awaitAll() throws Exception {
        assertTrue(threads.awaitTermination(SOON.toMillis(), TimeUnit.MILLISECONDS));
    }

    private ConnectionFactoryMXBean seen() throws Exception {
        return new Jmx(factory).only("ConnectionFactory", ConnectionFactoryMXBean.class);
    }

    /** How many are handed over when there are no more, because the others wait at the gate. */
    private long handedOver() throws Exception {
        ConnectionFactoryMXBean seen = seen();
        AtomicLong last = new AtomicLong();
        AtomicLong since = new AtomicLong();
        Until.holds(
                "no more come",
                SOON,
                () -> {
                    if (last.getAndSet(seen.getInFlight()) != last.get()) {
                        since.set(System.nanoTime());
                    }
                    return last.get() > 0 && System.nanoTime() - since.get() > STILL_NANOS;
                });
        return last.get();
    }

    private Map<String, Integer> arrived() throws Exception {
        Map<String, Integer> arrived = new HashMap<>();
        for (GetResponse got = bare.take(queue); got != null; got = bare.take(queue)) {
            assertEquals(null, got.getProps().getHeaders(), "no mark");
            arrived.merge(got.getProps().getMessageId(), 1, Integer::sum);
        }
        return arrived;
    }

    @Test
    void isTakenBackAtTheDeadline() throws Exception {
        proxy.stall(Direction.UP, true);
        start(publisher(BRIEF));
        awaitAll();
        proxy.stall(Direction.UP, false);
        publisher(SOON).publish("", queue, message("last"));

        assertEquals(THREADS, failures.size());
        long takenBack =
                failures.values().stream()
                        .filter(e -> e.getMessage().contains("nothing of it was written"))
                        .peek(e -> assertEquals(MqOutcome.NOT_SENT, e.outcome()))
                        .count();
        assertTrue(takenBack > 0, () -> "" + failures.values());
        Set<String> arrived = new HashSet<>(arrived().keySet());
        failures.forEach(
                (id, e) ->
                        assertTrue(
                                e.outcome() == MqOutcome.UNKNOWN || !arrived.contains(id),
                                () -> "it is there: " + e));
    }

    @Test
    void goesOverTheNextConnectionWhenItsOwnIsLost() throws Exception {
        proxy.stall(Direction.UP, true);
        start(publisher(SOON));
        long handedOver = handedOver();
        proxy.cut();
        proxy.stall(Direction.UP, false);
        awaitAll();

        failures.forEach((id, e) -> assertEquals(MqOutcome.UNKNOWN, e.outcome(), e::toString));
        assertTrue(
                failures.size() < handedOver,
                () -> failures.size() + " are unknown of " + handedOver + " handed over");
        Map<String, Integer> arrived = arrived();
        for (int i = 0; i < THREADS; i++) {
            String id = "m" + i;
            int copies = arrived.getOrDefault(id, 0);
            assertTrue(failures.containsKey(id) ? copies <= 1 : copies == 1, id + ": " + copies);
        }
    }
}
