package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import io.leveret.MqBatchException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
    private static final Duration STILL = Duration.ofMillis(500);
    private static final int MESSAGES = 64;

    /** A few of them fill all buffers on the way. */
    private static final int BODY = 256 * 1024;

    private final Map<String, MqPublishException> failures = new ConcurrentHashMap<>();
    private final ExecutorService batches = Executors.newSingleThreadExecutor();
    private Bare bare;
    private FaultProxy proxy;
    private String queue;
    private MqConnectionFactory factory;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("handed");
        proxy = FaultProxy.to(Nodes.shared());
        // Without a server nothing but the hand-over is between the publisher and the I/O thread.
        MqManagedConnectionFactory managed = new MqManagedConnectionFactory();
        managed.setAddresses("127.0.0.1:" + proxy.port());
        managed.setUserName("guest");
        managed.setPassword("guest");
        managed.setConnections("1");
        factory = (MqConnectionFactory) managed.createConnectionFactory();
        publisher(SOON).publishAll("", queue, List.of(message("warm")));
        bare.drain(queue);
    }

    @AfterEach
    void tearDown() throws Exception {
        batches.shutdownNow();
        proxy.close();
        bare.close();
    }

    private MqPublisher publisher(Duration timeout) {
        return factory.createPublisher(MqPublisherOptions.defaults().withPublishTimeout(timeout));
    }

    private static MqMessage message(String id) {
        return MqMessage.builder().body(new byte[BODY]).persistent(false).messageId(id).build();
    }

    /**
     * Publishes a batch, which is handed over faster than it can be written; what fails is noted.
     */
    private void start(MqPublisher publisher) {
        List<MqMessage> all = IntStream.range(0, MESSAGES).mapToObj(i -> message("m" + i)).toList();
        batches.execute(
                () -> {
                    try {
                        publisher.publishAll("", queue, all);
                    } catch (MqBatchException e) {
                        e.failures().forEach(f -> failures.put(f.messageId(), f));
                    }
                });
        batches.shutdown();
    }

    private void awaitAll() throws Exception {
        assertTrue(batches.awaitTermination(SOON.toMillis(), TimeUnit.MILLISECONDS));
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

        assertEquals(MESSAGES, failures.size());
        long takenBack =
                failures.values().stream()
                        .filter(e -> e.getMessage().contains("nothing of it was written"))
                        .peek(e -> assertEquals(MqOutcome.NOT_SENT, e.outcome()))
                        .count();
        assertTrue(takenBack > 0, () -> "" + failures.values());
        Set<String> arrived = arrived().keySet();
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
        Until.never("an end", STILL, () -> !failures.isEmpty());
        proxy.cut();
        proxy.stall(Direction.UP, false);
        awaitAll();

        failures.forEach((id, e) -> assertEquals(MqOutcome.UNKNOWN, e.outcome(), e::toString));
        assertTrue(failures.size() < MESSAGES, "all were written");
        Map<String, Integer> arrived = arrived();
        for (int i = 0; i < MESSAGES; i++) {
            String id = "m" + i;
            int copies = arrived.getOrDefault(id, 0);
            assertTrue(failures.containsKey(id) ? copies <= 1 : copies == 1, id + ": " + copies);
        }
    }
}
