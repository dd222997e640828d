package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An endpoint that cannot take deliveries holds them up, and nothing is counted against them. */
@Timeout(60)
class BackPressureTest {

    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int MESSAGES = 10;

    private Bare bare;
    private Rig rig;
    private String queue;
    private final Bean bean = new Bean();

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        // What is given back too often is dropped from such a queue.
        queue = bare.queue("pressure", Map.of("x-queue-type", "quorum", "x-delivery-limit", 3));
        rig = Rig.started(Nodes.shared().port());
        for (int i = 0; i < MESSAGES; i++) {
            bare.publish(queue, "m" + i);
        }
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        bare.close();
        rig.assertContractKept();
    }

    private static List<String> all() {
        return IntStream.range(0, MESSAGES).mapToObj(i -> "m" + i).toList();
    }

    @Test
    void aDeliveryThatTheEndpointCouldNotTakeIsTriedAgainInItsPlace() throws Exception {
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.failBefore(6);
        MqActivationSpec spec = rig.spec(queue);
        spec.setRetryDelay("60000");
        try (LogLines told = new LogLines("waits until it can")) {
            rig.container().activate(endpoints, spec);
            ActivationMXBean seen = rig.activation();

            Until.holds("all", SOON, () -> bean.count() == MESSAGES);

            assertEquals(all(), bean.texts(), "in order, each once");
            assertFalse(bean.seen().get(0).redelivered(), "the broker had it back meanwhile");
            assertEquals(0, seen.getReturned());
            assertEquals(0, seen.getFailed());
            assertEquals(1, told.count(), "told once");
        }
    }

    @Test
    void whatNoEndpointTakesForLongGoesBackAndComesWhenThereIsOne() throws Exception {
        MqActivationSpec spec = rig.spec(queue);
        spec.setRetryDelay("500");
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.failBefore(Integer.MAX_VALUE);
        try (LogLines refused = new LogLines("has an endpoint that takes no message")) {
            rig.container().activate(endpoints, spec);
            Until.holds("deliveries", SOON, () -> bare.ready(queue) == 0);
            Until.holds("all are back", SOON, () -> bare.ready(queue) == MESSAGES);
            Until.holds("the word", SOON, () -> refused.count() == 1);
        }
        // The application is gone: no attempt to subscribe succeeds, so the broker counts no more.
        endpoints.available(false);
        Until.holds("no consumer", SOON, () -> bare.consumers(queue) == 0);
        endpoints.failBefore(0);
        endpoints.available(true);

        Until.holds("all", SOON, () -> bean.count() == MESSAGES);
        assertTrue(bean.texts().containsAll(all()));
        rig.close();
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aBeanThatIsShutDownBeforeItsEndpointIsTouchesNothing() throws Exception {
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.suspended(true);
        MqActivationSpec spec = rig.spec(queue);
        rig.container().activate(endpoints, spec);
        ActivationMXBean seen = rig.activation();
        Until.holds("several tries", SOON, () -> endpoints.rejected() > 3);
        assertEquals(0, seen.getFailed());

        rig.container().deactivate(endpoints, spec);

        Until.holds("all are back", SOON, () -> bare.ready(queue) == MESSAGES);
        assertEquals(0, endpoints.commits(), "what nobody has done must not be committed");
    }

    @Test
    void aStopDoesNotWaitForWhatIsHeld() throws Exception {
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.failBefore(Integer.MAX_VALUE);
        MqActivationSpec spec = rig.spec(queue);
        spec.setRetryDelay("60000");
        rig.container().activate(endpoints, spec);
        Until.holds("deliveries", SOON, () -> bare.ready(queue) == 0);
        long start = System.nanoTime();

        rig.container().deactivate(endpoints, spec);

        assertTrue(System.nanoTime() - start < Duration.ofSeconds(2).toNanos());
        Until.holds("all are back", SOON, () -> bare.ready(queue) == MESSAGES);
        assertEquals(0, endpoints.open());
    }
}
