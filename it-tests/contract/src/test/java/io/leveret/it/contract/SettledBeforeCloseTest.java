package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqDelivery;
import io.leveret.MqDeliveryListener;
import io.leveret.it.container.EndpointQuirk;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An activation that ends in the middle of its work has nothing delivered again that it had
 * acknowledged, though quorum queues take acknowledgements with a delay.
 */
@Timeout(120)
class SettledBeforeCloseTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int MESSAGES = 6_000;
    private static final int ENDS = 10;

    private Bare bare;
    private Rig rig;
    private String queue;

    enum Acks {
        EACH,
        BATCHED
    }

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("ends", Map.of("x-queue-type", "quorum"));
        rig = new Rig(Nodes.shared().port()).with(a -> a.setDrainTimeout("30000")).start();
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        bare.close();
        rig.assertContractKept();
    }

    @ParameterizedTest
    @EnumSource
    void nothingAcknowledgedComesAgainWhenActivationsEnd(Acks acks) throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            bare.publish(queue, "m" + i);
        }
        Set<String> done = ConcurrentHashMap.newKeySet();
        Set<String> again = ConcurrentHashMap.newKeySet();
        AtomicInteger count = new AtomicInteger();
        MqActivationSpec spec = rig.spec(queue);
        spec.setMaxSession("4");
        spec.setPrefetch("200");
        FakeEndpoints endpoints =
                rig.endpoints(
                        m -> {
                            if (!done.add(m.text())) {
                                again.add(m.text());
                            }
                            count.incrementAndGet();
                        },
                        acks == Acks.EACH
                                ? new EndpointQuirk[0]
                                : new EndpointQuirk[] {EndpointQuirk.NOT_TRANSACTED});
        for (int end = 1; end <= ENDS; end++) {
            int enough = end * MESSAGES / (ENDS + 1);
            rig.container().activate(endpoints, spec);
            Until.holds("deliveries", SOON, () -> count.get() >= enough);
            rig.container().deactivate(endpoints, spec);
        }
        rig.container().activate(endpoints, spec);
        Until.holds("all", SOON, () -> done.size() == MESSAGES);
        rig.close();

        assertEquals(Set.of(), again, "processed again");
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void whatTheQueueHasNotTakenYetIsNotLostWithTheChannel() throws Exception {
        int messages = 60; // more than the queue takes at a time
        for (int i = 0; i < messages; i++) {
            bare.publish(queue, "m" + i);
        }
        List<MqDelivery> got = new CopyOnWriteArrayList<>();
        FakeEndpoints endpoints = rig.container().endpoints(MqDeliveryListener.class, got::add);
        MqActivationSpec spec = rig.spec(queue);
        spec.setPrefetch("100");
        rig.container().activate(endpoints, spec);
        Until.holds("deliveries", SOON, () -> got.size() == messages);
        CompletableFuture<Void> ended =
                CompletableFuture.runAsync(() -> rig.container().deactivate(endpoints, spec));
        // The queue itself still counts a cancelled consumer that holds messages.
        Until.holds(
                "the cancel", SOON, () -> !Nodes.shared().ctl("list_consumers").contains(queue));
        String trigger = Bare.name("trigger");
        Nodes.suspendUntilThereIs(trigger, queue);
        got.forEach(delivery -> assertTrue(delivery.ack()));
        Until.passed(Duration.ofMillis(200)); // enough for a channel to be closed
        bare.declare(trigger, Map.of());

        ended.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
        Until.never("one that comes again", Duration.ofSeconds(1), () -> bare.ready(queue) > 0);
    }
}
