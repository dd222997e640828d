package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.leveret.MqDeliveryListener;
import io.leveret.MqMessageListener;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import jakarta.resource.spi.InvalidPropertyException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A stream is consumed in its order from where the settings say, and the activation keeps its place
 * as long as it lives.
 */
@Timeout(120)
class StreamTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration A_WHILE = Duration.ofMillis(500);

    private final Bean bean = new Bean();
    private final List<Long> offsets = new CopyOnWriteArrayList<>();
    private final String stream = Bare.name("stream");
    private Bare bare;
    private FaultProxy proxy;
    private FaultProxy other;
    private Rig rig;
    private MqActivationSpec spec;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        proxy = FaultProxy.to(Nodes.shared());
        other = FaultProxy.to(Nodes.shared());
        other.refuse(true);
        rig =
                new Rig(proxy.port())
                        .with(a -> a.setConnections("1"))
                        .with(
                                a ->
                                        a.setAddresses(
                                                "127.0.0.1:"
                                                        + proxy.port()
                                                        + ",127.0.0.1:"
                                                        + other.port()))
                        .with(a -> a.setReconnectInterval("20"))
                        .with(a -> a.setProbeInterval("300"))
                        .start();
        spec = rig.spec(stream);
        spec.setMaxSession(null);
        spec.setStreamOffset("first");
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        other.close();
        bare.close();
        rig.assertContractKept();
    }

    private void declare(Object... more) throws Exception {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-queue-type", "stream");
        for (int i = 0; i < more.length; i += 2) {
            arguments.put((String) more[i], more[i + 1]);
        }
        bare.declare(stream, arguments);
    }

    private void publish(int from, int to, int size) throws Exception {
        try (Channel publisher = bare.channel()) {
            publisher.confirmSelect();
            for (int i = from; i < to; i++) {
                AMQP.BasicProperties named =
                        MessageProperties.PERSISTENT_TEXT_PLAIN
                                .builder()
                                .headers(Map.of("padding", "x".repeat(size)))
                                .build();
                byte[] body = ("m" + i).getBytes(StandardCharsets.UTF_8);
                publisher.basicPublish("", stream, named, body);
                if (size > 100 && i % 5 == 0) {
                    publisher.waitForConfirmsOrDie(20_000); // many chunks, so many segments
                }
            }
            publisher.waitForConfirmsOrDie(20_000);
        }
    }

    private void publish(int from, int to) throws Exception {
        publish(from, to, 0);
    }

    private static List<String> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
    }

    private FakeEndpoints activate() throws Exception {
        FakeEndpoints endpoints =
                rig.endpoints(
                        m -> {
                            offsets.add((Long) m.headers().get("x-stream-offset"));
                            bean.onMessage(m);
                        });
        rig.container().activate(endpoints, spec);
        return endpoints;
    }

    private void consume() throws Exception {
        activate();
        awaitConsuming();
    }

    private void awaitConsuming() throws Exception {
        Until.holds("consumes", SOON, () -> rig.activation().getState().equals("CONSUMING"));
    }

    private void await(int count) throws Exception {
        Until.holds("runs, of which there are few", SOON, () -> bean.count() >= count);
        Until.never("more runs than " + count, A_WHILE, () -> bean.count() > count);
    }

    /** Cuts what is there; the next attempts fail until {@link #heal}. */
    private void part() {
        proxy.refuse(true);
        proxy.cut();
    }

    private void heal() {
        proxy.refuse(false);
    }

    private long marked() {
        return bean.seen().stream().filter(Bean.Seen::possibleDuplicate).count();
    }

    // --- where it begins ---

    @Test
    void allComeInOrderFromTheFirst() throws Exception {
        spec.setTopologyMode("DECLARE");
        spec.setQueueOptions("max-age=1h stream-max-segment-size-bytes=100000");
        consume();
        publish(0, 5_000, 100);
        Until.holds("all", SOON, () -> bean.count() >= 5_000);
        assertEquals(numbered(0, 5_000), bean.texts());
        assertEquals(1, bean.mostRunning(), "at a time");
        assertEquals(0, marked());
        Until.holds("all settled", SOON, () -> rig.activation().getAcknowledged() == 5_000);
        bare.declare(
                stream,
                Map.of(
                        "x-queue-type",
                        "stream",
                        "x-max-age",
                        "1h",
                        "x-stream-max-segment-size-bytes",
                        100_000));
    }

    @ParameterizedTest
    @CsvSource({"first, 0", "0, 0", "7, 7", "19, 19", "1h, 0", "last, -1", "next, 20", "23, 23"})
    void itBeginsWhereTheSettingsSay(String offset, int first) throws Exception {
        declare();
        publish(0, 10);
        Until.passed(Duration.ofMillis(1_100));
        publish(10, 20);
        spec.setStreamOffset(offset);
        consume();
        publish(20, 25);
        Until.holds("the last", SOON, () -> bean.texts().contains("m24"));
        int from = first >= 0 ? first : Integer.parseInt(bean.texts().get(0).substring(1));
        assertTrue(from >= 10 || first >= 0, "the last chunk: " + bean.texts());
        assertEquals(numbered(from, 25), bean.texts());
        assertEquals((long) from, offsets.get(0), "as an application reads it");
    }

    @Test
    void itBeginsAtATime() throws Exception {
        declare();
        publish(0, 10);
        Until.passed(Duration.ofMillis(1_100));
        spec.setStreamOffset(Instant.now().toString());
        Until.passed(Duration.ofMillis(1_100));
        publish(10, 20);
        consume();
        await(10);
        assertEquals(numbered(10, 20), bean.texts());
    }

    @Test
    void onlyTheTypeMeansTheNextMessage() throws Exception {
        declare();
        publish(0, 10);
        spec.setStreamOffset(null);
        spec.setTopologyMode("DECLARE");
        spec.setQueueOptions("type=stream");
        consume();
        publish(10, 12);
        await(2);
        assertEquals(numbered(10, 12), bean.texts());
    }

    @ParameterizedTest
    @CsvSource({"next", "last", "1s"})
    void whatComesWhileItIsAwayIsNotLeftOutThoughNothingHasComeBefore(String offset)
            throws Exception {
        declare();
        spec.setStreamOffset(offset);
        consume();
        part();
        Until.passed(Duration.ofSeconds(2));
        publish(0, 5);
        Until.passed(Duration.ofSeconds(2));
        publish(5, 10); // another chunk
        heal();
        await(10);
        assertEquals(numbered(0, 10), bean.texts());
    }

    @Test
    void anotherActivationGoesOnWhereTheHeaderSays() throws Exception {
        declare();
        publish(0, 20);
        FakeEndpoints endpoints = activate();
        await(20);
        rig.container().deactivate(endpoints, spec);
        publish(20, 25);
        spec = rig.spec(stream);
        spec.setMaxSession(null);
        spec.setStreamOffset(String.valueOf(offsets.get(14) + 1));
        activate();
        await(30);
        assertEquals(numbered(15, 25), bean.texts().subList(20, 30));
    }

    // --- keeping its place ---

    @Test
    void workThatIsDoneIsNotDoneAgainWhenItsAcknowledgementIsLost() throws Exception {
        declare();
        publish(0, 20);
        CountDownLatch gate = new CountDownLatch(1);
        bean.then(
                m -> {
                    if (m.text().equals("m5")) {
                        assertTrue(gate.await(20, TimeUnit.SECONDS));
                    }
                });
        activate();
        Until.holds("the sixth", SOON, () -> bean.count() == 6);
        part();
        Until.holds("the loss", SOON, () -> rig.activation().getState().equals("WAITING"));
        heal();
        gate.countDown();
        await(20);
        assertEquals(numbered(0, 20), bean.texts());
        assertEquals(0, marked());
    }

    @Test
    void whatWaitsForItsNextTryComesAgainMarkedOnAFreshConnection() throws Exception {
        declare();
        publish(0, 10);
        spec.setRetryDelay("600000");
        AtomicInteger failures = new AtomicInteger(1);
        bean.then(
                m -> {
                    if (m.text().equals("m5") && failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("a test's failure");
                    }
                });
        consume();
        await(6);
        part();
        heal();
        await(11);
        assertEquals("m5", bean.texts().get(6));
        assertTrue(bean.seen().get(6).possibleDuplicate());
        assertEquals(numbered(6, 10), bean.texts().subList(7, 11));
        assertEquals(1, marked(), "what waited behind it was seen by nobody");
    }

    @Test
    void aPauseKeepsThePlace() throws Exception {
        declare();
        publish(0, 10);
        consume();
        await(10);
        ActivationMXBean shown = rig.activation();
        shown.stop();
        Until.holds("the pause", SOON, () -> shown.getState().equals("PAUSED"));
        publish(10, 20);
        shown.start();
        await(20);
        assertEquals(numbered(0, 20), bean.texts());
        assertEquals(0, marked());
    }

    @Test
    void aMoveToAnotherAddressKeepsThePlace() throws Exception {
        declare();
        other.refuse(false);
        proxy.refuse(true);
        CountDownLatch gate = new CountDownLatch(1);
        bean.then(
                m -> {
                    if (m.text().equals("m5")) {
                        assertTrue(gate.await(20, TimeUnit.SECONDS));
                    }
                });
        consume();
        publish(0, 20);
        Until.holds("the sixth", SOON, () -> bean.count() == 6);
        proxy.refuse(false);
        Until.holds("a connection at home", SOON, () -> proxy.connections() > 0);
        gate.countDown();
        Until.holds("the move", SOON, () -> other.connections() == 0);
        await(20);
        assertEquals(numbered(0, 20), bean.texts());
        assertEquals(0, marked());
    }

    @Test
    void aStuckListenerHoldsUpTheOthersAndNothingComesTwice() throws Exception {
        declare();
        publish(0, 10);
        spec.setStuckThreshold("200");
        CountDownLatch gate = new CountDownLatch(1);
        bean.then(
                m -> {
                    if (m.text().equals("m2")) {
                        assertTrue(gate.await(20, TimeUnit.SECONDS));
                    }
                });
        consume();
        Until.holds("is stuck", SOON, () -> rig.activation().getSessionsStuck() == 1);
        Until.never("overtakes", A_WHILE, () -> bean.count() > 3);
        gate.countDown();
        await(10);
        assertEquals(numbered(0, 10), bean.texts());
    }

    // --- failures ---

    @Test
    void aFailedMessageIsTriedInItsPlaceAndThenParked() throws Exception {
        declare();
        publish(0, 5);
        spec.setRetryDelay("300");
        spec.setMaxAttempts("3");
        bean.then(
                m -> {
                    if (m.text().equals("m1")) {
                        throw new IllegalStateException("a test's failure");
                    }
                });
        try (LogLines told = new LogLines("tried again in its place")) {
            consume();
            Until.holds("the parked one", SOON, () -> rig.activation().getParked() == 1);
            await(7);
            assertEquals(List.of("m0", "m1", "m1", "m1", "m2", "m3", "m4"), bean.texts());
            assertTrue(
                    bean.seen().get(3).nanos() - bean.seen().get(1).nanos()
                            >= TimeUnit.MILLISECONDS.toNanos(600));
            part();
            Until.holds("the loss", SOON, () -> rig.activation().getState().equals("WAITING"));
            heal();
            awaitConsuming();
            assertEquals(1, told.count(), "said once");
        }
        publish(5, 6);
        await(8);
        GetResponse parked = bare.take(stream + ".parking");
        assertEquals("m1", new String(parked.getBody(), StandardCharsets.UTF_8));
        assertEquals(1L, parked.getProps().getHeaders().get("x-stream-offset"));
        assertEquals(3, parked.getProps().getHeaders().get("x-leveret-attempts"));
    }

    /** One that is being parked ends after those behind it. */
    @Test
    void whatIsNotParkedYetComesAgainAndWhatIsDoneBehindItDoesNot() throws Exception {
        declare();
        String parking =
                bare.queue("full", Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        bare.publish(parking, "fills it");
        Until.holds("a full queue", SOON, () -> bare.ready(parking) == 1);
        spec.setParkingQueue(parking);
        spec.setAbortOn(IllegalStateException.class.getName());
        bean.then(
                m -> {
                    if (m.text().equals("m1")) {
                        throw new IllegalStateException("a test's failure");
                    }
                });
        publish(0, 10);
        consume();
        await(10);
        part();
        heal();
        publish(10, 15);
        await(16);
        assertEquals("m1", bean.texts().get(10), bean.texts()::toString);
        assertTrue(bean.seen().get(10).possibleDuplicate());
        assertEquals(numbered(10, 15), bean.texts().subList(11, 16));
        assertEquals(1, marked());

        assertEquals(List.of("fills it"), bare.drain(parking));
        Until.holds("the parked one", SOON, () -> rig.activation().getParked() == 1);
        assertEquals(List.of("m1"), bare.drain(parking));
        part();
        heal();
        publish(15, 16);
        await(17);
        assertEquals("m15", bean.texts().get(16));
    }

    /** RabbitMQ 3 leaves such headers out when it stores them in a stream. */
    @Test
    void whatNoListenerCanHaveIsParkedAndTheRestGoesOn() throws Exception {
        declare();
        assumeFalse(Nodes.shared().version().startsWith("3."));
        publish(0, 2);
        bare.publish(
                stream,
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of("x-deep", HostileMessages.nested(40)))
                        .build(),
                new byte[0]);
        publish(2, 4);
        consume();
        Until.holds("the parked one", SOON, () -> rig.activation().getParked() == 1);
        await(4);
        part();
        heal();
        publish(4, 5);
        await(5);
        assertEquals(numbered(0, 5), bean.texts());
        assertEquals(1, bare.drain(stream + ".parking").size());
    }

    // --- what is gone ---

    @Test
    void whatRetentionTakesMeanwhileIsTold() throws Exception {
        declare("x-max-length-bytes", 20_000, "x-stream-max-segment-size-bytes", 5_000);
        publish(0, 3);
        consume();
        await(3);
        ActivationMXBean shown = rig.activation();
        shown.stop();
        Until.holds("the pause", SOON, () -> shown.getState().equals("PAUSED"));
        publish(3, 503, 200); // on one channel: the broker keeps a record of each
        try (LogLines told = new LogLines("misses what its stream does not have any more")) {
            shown.start();
            Until.holds("the last", SOON, () -> bean.texts().contains("m502"));
            assertEquals(1, told.count(), told.lines()::toString);
            int first = Integer.parseInt(bean.texts().get(3).substring(1));
            assertTrue(first > 100, "nothing is gone");
            assertTrue(
                    told.lines()
                            .get(0)
                            .contains("at offset 3, and the oldest is " + offsets.get(3) + ","),
                    told.lines()::toString);
            part();
            heal();
            int before = bean.count();
            publish(503, 505, 200);
            Until.holds("the next", SOON, () -> bean.count() == before + 2);
            assertEquals(1, told.count(), told.lines()::toString);
        }
    }

    @Test
    void aStreamThatWasMadeAnewIsConsumedFromItsFirstMessage() throws Exception {
        spec.setTopologyMode("DECLARE");
        consume();
        publish(0, 10);
        await(10);
        try (LogLines told = new LogLines("has lost its stream")) {
            part();
            bare.deleteQueue(stream);
            heal();
            Until.holds("the loss", SOON, () -> told.count() == 1);
        }
        awaitConsuming();
        publish(20, 25);
        await(15);
        assertEquals(numbered(20, 25), bean.texts().subList(10, 15));
        assertEquals(0, marked());
    }

    // --- what is refused ---

    @Test
    void aListenerThatSettlesByItselfIsRefused() throws Exception {
        MqDeliveryListener manual = delivery -> delivery.ack();
        FakeEndpoints endpoints = rig.container().endpoints(MqDeliveryListener.class, manual);
        InvalidPropertyException e =
                assertThrows(
                        InvalidPropertyException.class,
                        () -> rig.container().activate(endpoints, spec));
        assertTrue(e.getMessage().contains("contradicts MqDeliveryListener"), e::getMessage);
    }

    @Test
    void aQueueThatIsNoStreamIsTold() throws Exception {
        bare.declare(stream, Map.of("x-queue-type", "quorum"));
        bare.publish(stream, "m");
        MqMessageListener listener = bean;
        rig.container().activate(rig.endpoints(listener), spec);
        Until.holds("attempts", SOON, () -> rig.activation().getAttempts() >= 2);
        String trouble = rig.activation().getLastTrouble();
        assertTrue(trouble.contains("x-stream-offset"), trouble);
        assertFalse(bean.count() > 0);
    }
}
