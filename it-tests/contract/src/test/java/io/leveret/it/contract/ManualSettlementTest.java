package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqDelivery;
import io.leveret.MqDeliveryListener;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import jakarta.resource.spi.InvalidPropertyException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application that settles by itself: once, from any thread, while the channel lives. */
@Timeout(60)
class ManualSettlementTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration A_WHILE = Duration.ofMillis(300);
    private static final int PREFETCH = 5;

    private final List<MqDelivery> got = new CopyOnWriteArrayList<>();
    private final List<Long> at = new CopyOnWriteArrayList<>();
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqActivationSpec spec;
    private FakeEndpoints endpoints;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("manual");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        spec = rig.spec(queue);
        spec.setPrefetch(String.valueOf(PREFETCH));
        spec.setRetryDelay("600");
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private void consume(MqDeliveryListener listener) throws Exception {
        endpoints = rig.container().endpoints(MqDeliveryListener.class, listener);
        rig.container().activate(endpoints, spec);
    }

    /** Hands deliveries over and settles none. */
    private void collect() throws Exception {
        consume(
                delivery -> {
                    got.add(delivery);
                    at.add(System.nanoTime());
                });
    }

    private void publish(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            bare.publish(queue, "m" + i);
        }
    }

    private void awaitDeliveries(int count) throws Exception {
        Until.holds(count + " deliveries", SOON, () -> got.size() >= count);
    }

    private List<String> texts() {
        return got.stream().map(d -> d.message().text()).toList();
    }

    private long millisBetween(int first, int second) {
        return TimeUnit.NANOSECONDS.toMillis(at.get(second) - at.get(first));
    }

    @Test
    void aMessageThatIsTriedAgainInItsPlaceIsSettledAnewEachTime() throws Exception {
        spec.setRetryMode("IN_PLACE");
        spec.setRetryDelay("100");
        consume(
                delivery -> {
                    got.add(delivery);
                    if (got.size() == 1) {
                        delivery.reject();
                    } else if (got.size() == 2) {
                        throw new IllegalStateException("for a test");
                    }
                });
        publish(1);
        awaitDeliveries(3);

        for (MqDelivery old : got.subList(0, 2)) {
            assertFalse(old.isOpen());
            assertThrows(IllegalStateException.class, old::ack);
        }
        assertTrue(got.get(2).isOpen());
        assertTrue(got.get(2).ack());
        rig.container().deactivate(endpoints, spec);
        Until.never("it once more", A_WHILE, () -> bare.ready(queue) > 0);
    }

    @Test
    void whatTheListenerLeavesOpenStaysOpenUntilAnotherThreadSettlesIt() throws Exception {
        collect();
        publish(3 * PREFETCH);
        awaitDeliveries(PREFETCH);
        Until.never("more than the prefetch", A_WHILE, () -> got.size() > PREFETCH);
        assertTrue(got.stream().allMatch(MqDelivery::isOpen));

        for (int i = 0; i < 3 * PREFETCH; i++) {
            awaitDeliveries(i + 1);
            MqDelivery delivery = got.get(i);
            assertTrue(
                    CompletableFuture.supplyAsync(delivery::ack)
                            .get(SOON.toMillis(), TimeUnit.MILLISECONDS));
            assertFalse(delivery.isOpen());
        }

        rig.container().deactivate(endpoints, spec);
        assertEquals(3 * PREFETCH, got.size());
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void theOrderOfSettlingIsTheApplications() throws Exception {
        collect();
        int messages = 2 * PREFETCH - 1;
        publish(messages);
        awaitDeliveries(PREFETCH);
        for (int i = PREFETCH - 1; i > 0; i--) {
            assertTrue(got.get(i).ack());
        }
        awaitDeliveries(messages); // so the acknowledgements have arrived

        proxy.cut();

        awaitDeliveries(messages + PREFETCH);
        List<MqDelivery> again = got.subList(messages, messages + PREFETCH);
        assertEquals(
                Set.of("m0", "m5", "m6", "m7", "m8"),
                again.stream().map(d -> d.message().text()).collect(Collectors.toSet()));
        assertTrue(again.stream().allMatch(d -> d.message().possibleDuplicate() && d.ack()));
        rig.container().deactivate(endpoints, spec);
        assertEquals(messages + PREFETCH, got.size());
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void nothingIsSettledTwice() throws Exception {
        collect();
        publish(2);
        awaitDeliveries(2);
        MqDelivery acked = got.get(0);
        assertTrue(acked.ack());
        assertThrows(IllegalStateException.class, acked::ack);
        assertThrows(IllegalStateException.class, acked::reject);
        assertThrows(IllegalStateException.class, () -> acked.retryLater(Duration.ofMillis(1)));
        MqDelivery later = got.get(1);
        assertThrows(IllegalArgumentException.class, () -> later.retryLater(Duration.ofMillis(-1)));
        assertThrows(IllegalArgumentException.class, () -> later.retryLater(Duration.ofDays(2)));
        assertTrue(later.isOpen(), "a refused argument settles nothing");
        assertTrue(later.retryLater(Duration.ZERO));
        assertThrows(IllegalStateException.class, later::ack);

        awaitDeliveries(3);
        assertTrue(got.get(2).ack());
        assertEquals(List.of("m0", "m1", "m1"), texts());
    }

    @Test
    void aRejectedOneComesAgainAfterTheRetryDelayAndAnotherAfterItsOwn() throws Exception {
        spec.setRetryDelay(null);
        spec.setRetryDelays("600, 1500");
        collect();
        publish(1);
        awaitDeliveries(1);
        assertTrue(got.get(0).reject());
        awaitDeliveries(2);
        long rejected = millisBetween(0, 1);
        assertTrue(rejected >= 550 && rejected < 5_000, "after " + rejected + " ms");

        assertTrue(got.get(1).retryLater(Duration.ofMillis(1_500)));
        awaitDeliveries(3);
        long later = millisBetween(1, 2);
        assertTrue(later >= 1_450 && later < 6_000, "after " + later + " ms");
        assertTrue(got.get(2).ack());
    }

    @Test
    void afterItsChannelIsLostADeliverySettlesNothingAndTheMessageComesAgain() throws Exception {
        collect();
        publish(1);
        awaitDeliveries(1);
        MqDelivery old = got.get(0);

        proxy.cut();
        awaitDeliveries(2);

        assertFalse(old.isOpen());
        assertFalse(old.ack(), "the acknowledgement of another channel's delivery");
        proxy.cut();
        awaitDeliveries(3);
        assertTrue(got.get(2).message().possibleDuplicate());
        assertTrue(got.get(2).ack());
        rig.container().deactivate(endpoints, spec);
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aListenerThatThrowsHasFailedUnlessItHadSettled() throws Exception {
        consume(
                delivery -> {
                    got.add(delivery);
                    at.add(System.nanoTime());
                    if (delivery.message().text().equals("m0")) {
                        assertTrue(delivery.ack());
                    }
                    if (!delivery.message().redelivered()) {
                        throw new IllegalStateException("a test's failure");
                    }
                    delivery.ack();
                });
        publish(2);

        awaitDeliveries(3);
        assertEquals(List.of("m0", "m1", "m1"), texts());
        assertTrue(millisBetween(1, 2) >= 550);
        assertThrows(IllegalStateException.class, got.get(1)::ack, "rejected when it threw");
        rig.container().deactivate(endpoints, spec);
        assertEquals(0, bare.ready(queue));
        assertEquals(3, got.size());
    }

    @Test
    void theEndOfTheActivationWaitsForWhatTheApplicationHas() throws Exception {
        collect();
        publish(2 * PREFETCH);
        awaitDeliveries(PREFETCH);
        CompletableFuture<Void> ended =
                CompletableFuture.runAsync(() -> rig.container().deactivate(endpoints, spec));
        Until.holds("no consumer", SOON, () -> bare.consumers(queue) == 0);
        Until.never("the end", A_WHILE, ended::isDone);

        for (MqDelivery delivery : got) {
            assertTrue(delivery.ack());
        }

        ended.get(2, TimeUnit.SECONDS); // sooner than the drain time
        assertEquals(PREFETCH, got.size());
        assertEquals(PREFETCH, bare.ready(queue));
    }

    @Test
    void whatTheApplicationKeepsBeyondTheDrainTimeIsGivenBack() throws Exception {
        collect();
        publish(2);
        awaitDeliveries(2);
        long start = System.nanoTime();

        rig.container().deactivate(endpoints, spec);

        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(took >= 2_900 && took < 6_000, "ended after " + took + " ms, drain 3 s");
        Until.holds("both are back", SOON, () -> bare.ready(queue) == 2);
        assertFalse(got.get(0).isOpen());
        assertFalse(got.get(0).ack());
        assertEquals(0, endpoints.open(), "endpoints that were not released");
    }

    @Test
    void anAckModeThatContradictsTheListenerIsRefused() {
        spec.setAckMode("AFTER_SUCCESS");
        InvalidPropertyException own =
                assertThrows(InvalidPropertyException.class, () -> consume(d -> {}));
        assertTrue(own.getMessage().contains("ackMode=AFTER_SUCCESS"), own::getMessage);
        assertTrue(own.getMessage().contains("MqDeliveryListener"), own::getMessage);

        spec.setAckMode("MANUAL");
        InvalidPropertyException ordinary =
                assertThrows(
                        InvalidPropertyException.class,
                        () -> rig.container().activate(rig.endpoints(new Bean()), spec));
        assertTrue(ordinary.getMessage().contains("implement MqDeliveryListener"));
    }

    @Test
    void theAckModeOfItsListenerTypeMayBeNamed() throws Exception {
        spec.setAckMode("manual");
        consume(MqDelivery::ack);
        publish(1);
        Until.holds("the delivery", SOON, () -> endpoints.commits() == 1);
        rig.container().deactivate(endpoints, spec);
        assertEquals(0, bare.ready(queue));
    }
}
