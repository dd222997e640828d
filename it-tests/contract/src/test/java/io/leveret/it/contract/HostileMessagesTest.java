package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import io.leveret.MqMessage;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever arrives ends in the listener or is parked; none vanishes, none costs the connection, and
 * the consumer never stops. 10,000 in the full form.
 */
@Timeout(900)
class HostileMessagesTest {

    private static final long SEED = 20_261_127;
    private static final int MESSAGES = Boolean.getBoolean("leveret.it.full") ? 10_000 : 1_000;
    private static final Duration LIMIT = Duration.ofMinutes(12);

    /** By index: what the listener does. */
    private enum Fate {
        PROCESSED,
        FAILS_ONCE,
        ALWAYS_FAILS;

        static Fate of(int index) {
            return index % 10 == 1 ? FAILS_ONCE : index % 10 == 2 ? ALWAYS_FAILS : PROCESSED;
        }
    }

    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
    private final Set<String> processed = ConcurrentHashMap.newKeySet();

    private void onMessage(MqMessage m) {
        String id = m.correlationId();
        int run = runs.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
        // What applications do with a message must not fail in itself.
        assertTrue(m.toString().lines().count() == 1 && m.toString().indexOf('\u001b') < 0);
        assertEquals(m.bodySize(), m.body().length);
        assertTrue(m.text() != null && m.headers().toString() != null);
        int index = Integer.parseInt(id.substring(2));
        switch (Fate.of(index)) {
            case FAILS_ONCE -> {
                if (run == 1) {
                    throw new IllegalStateException("\ud800 half a character, and \0");
                }
            }
            case ALWAYS_FAILS -> throw new StackOverflowError();
            case PROCESSED -> assertEquals(1, run);
        }
        processed.add(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "quorum"})
    void eachHostileMessageEndsInTheListenerOrIsParked(String type) throws Exception {
        try (Bare bare = new Bare(Nodes.shared().port());
                FaultProxy proxy = FaultProxy.to(Nodes.shared());
                Rig rig = Rig.started(proxy.port());
                LogLines lost = new LogLines("is lost")) {
            String queue = bare.queue("hostile", Map.of("x-queue-type", type));
            String parking = bare.queue("hostile-parked");
            MqActivationSpec spec = rig.spec(queue);
            spec.setMaxSession("2");
            spec.setPrefetch("50");
            spec.setRetryDelay("100");
            spec.setMaxAttempts("2");
            spec.setParkingQueue(parking);
            FakeEndpoints endpoints = rig.endpoints(this::onMessage);
            rig.container().activate(endpoints, spec);

            Set<String> unreadable = publish(bare, queue);

            Set<String> parked = new HashSet<>();
            Until.holds(
                    "the end of all of them",
                    LIMIT,
                    () -> {
                        collect(bare, parking, parked);
                        return processed.size() + parked.size() >= MESSAGES;
                    });
            Set<String> expected = new TreeSet<>(unreadable);
            for (int i = 0; i < MESSAGES; i++) {
                if (Fate.of(i) == Fate.ALWAYS_FAILS || isForgedToItsEnd(i)) {
                    expected.add(HostileMessages.id(i));
                }
            }
            assertEquals(expected, new TreeSet<>(parked));
            assertEquals(0, lost.count(), () -> lost.lines().toString());
            rig.container().deactivate(endpoints, spec);
            assertEquals(0, bare.ready(queue));
            assertEquals(0, bare.ready(queue + ".retry.100"));
            rig.assertContractKept();
        }
    }

    @Test
    void deepHeadersThatFillTheFrameAreParkedToo() throws Exception {
        try (Bare bare = new Bare(Nodes.shared().port());
                Rig rig = Rig.started(Nodes.shared().port());
                LogLines lost = new LogLines("is lost")) {
            String queue = bare.queue("hostile");
            Bean bean = new Bean();
            rig.consume(queue, bean);
            Map<String, Object> headers = new HashMap<>();
            headers.put("deep", HostileMessages.nested(40));
            headers.put("large", "x".repeat(130_000));
            AMQP.BasicProperties properties =
                    new AMQP.BasicProperties.Builder().headers(headers).build();
            // As large as the broker can put it into one frame.
            int room = 131_072 - properties.toFrame(1, 0).size();
            headers.put("large", "x".repeat(130_000 + room));
            bare.publish(queue, properties.builder().headers(headers).build(), new byte[] {'m'});
            bare.publish(queue, "good");

            Until.holds("the good one", LIMIT, () -> bean.count() == 1);
            Until.holds("the other one parked", LIMIT, () -> rig.activation().getParked() == 1);
            GetResponse got = bare.take(queue + ".parking");
            byte[] kept = (byte[]) got.getProps().getHeaders().get("x-leveret-unreadable-headers");
            assertTrue(kept.length > 129_000, kept.length + " bytes");
            assertEquals(0, lost.count(), () -> lost.lines().toString());
            rig.assertContractKept();
        }
    }

    /** One that fails once, and says that it has failed before, has had its last try. */
    private boolean isForgedToItsEnd(int index) {
        return Fate.of(index) == Fate.FAILS_ONCE && !processed.contains(HostileMessages.id(index));
    }

    /** Returns the ids of those that no Java client could read. */
    private static Set<String> publish(Bare bare, String queue) throws Exception {
        Set<String> unreadable = new HashSet<>();
        HostileMessages messages = new HostileMessages(SEED, queue);
        try (Channel channel = bare.channel()) {
            channel.confirmSelect();
            for (int i = 0; i < MESSAGES; i++) {
                HostileMessages.Hostile each = messages.next(i);
                channel.basicPublish("", queue, true, each.properties(), each.body());
                if (!each.readable()) {
                    unreadable.add(HostileMessages.id(i));
                }
                if (i % 100 == 99) {
                    channel.waitForConfirmsOrDie(30_000);
                }
            }
            channel.waitForConfirmsOrDie(30_000);
        }
        return unreadable;
    }

    private static void collect(Bare bare, String parking, Set<String> parked) throws Exception {
        for (GetResponse r = bare.take(parking); r != null; r = bare.take(parking)) {
            String id = r.getProps().getCorrelationId();
            assertTrue(parked.add(id), () -> id + " is parked twice");
            assertTrue(r.getProps().getHeaders().containsKey("x-leveret-reason"), id);
        }
    }
}
