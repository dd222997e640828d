package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener that hangs is reported and costs its session only. */
@Timeout(60)
class StuckListenerTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int PREFETCH = 10;

    private final CountDownLatch gate = new CountDownLatch(1);
    private final Set<String> done = ConcurrentHashMap.newKeySet();
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqActivationSpec spec;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("stuck");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setConnections("1")).start();
        spec = rig.spec(queue);
        spec.setMaxSession("2");
        spec.setPrefetch(String.valueOf(PREFETCH));
        spec.setStuckThreshold("400");
    }

    @AfterEach
    void tearDown() throws Exception {
        gate.countDown();
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private Bean hangingAt(String text) {
        return new Bean(
                m -> {
                    if (m.text().equals(text) && !m.redelivered()) {
                        assertTrue(gate.await(3 * SOON.toMillis(), TimeUnit.MILLISECONDS));
                    }
                    done.add(m.text());
                });
    }

    @Test
    void whatTheHangingSessionHadPrefetchedIsProcessedByTheOthers() throws Exception {
        Bean bean = hangingAt("m0");
        try (LogLines stuck = new LogLines("has a STUCK session, Bean (");
                LogLines free = new LogLines("is no longer stuck")) {
            rig.container().activate(rig.endpoints(bean), spec);
            ActivationMXBean seen = rig.activation();
            Until.holds("both sessions", SOON, () -> seen.getSessionsConsuming() == 2);
            for (int i = 0; i < 3 * PREFETCH; i++) {
                bare.publish(queue, "m" + i);
            }

            Until.holds("all but the hanging one", SOON, () -> done.size() == 3 * PREFETCH - 1);
            assertEquals(1, stuck.count(), stuck.lines()::toString);
            assertTrue(stuck.lines().get(0).contains("ms now"), stuck.lines()::toString);
            assertEquals(1, seen.getSessionsStuck());
            assertEquals(1, seen.getSessionsConsuming());
            assertEquals(1, bare.consumers(queue), "the hanging session takes no more");
            assertEquals(0, free.count());

            gate.countDown();
            Until.holds("the session is back", SOON, () -> seen.getSessionsConsuming() == 2);
            assertEquals(3 * PREFETCH, done.size());
            assertEquals(0, seen.getSessionsStuck());
            assertEquals("CONSUMING", seen.getState());
            Until.holds("the word", SOON, () -> free.count() == 1);
            Until.holds("acknowledged", SOON, () -> seen.getAcknowledged() == 3 * PREFETCH);
        }
        rig.close();
        assertEquals(0, bare.ready(queue));
        assertEquals(1, proxy.accepted(), "connections");
    }

    @Test
    void aLostConnectionBringsTheMessageToTheOtherSessionWhileOneHangs() throws Exception {
        Bean bean = hangingAt("m0");
        rig.container().activate(rig.endpoints(bean), spec);
        ActivationMXBean seen = rig.activation();
        Until.holds("both sessions", SOON, () -> seen.getSessionsConsuming() == 2);
        bare.publish(queue, "m0");
        Until.holds("it hangs", SOON, () -> seen.getSessionsStuck() == 1);

        proxy.cut();
        bare.publish(queue, "m1");

        Until.holds("both", SOON, () -> done.size() == 2);
        assertEquals(1, seen.getSessionsStuck());
        Until.holds("one consumer", SOON, () -> bare.consumers(queue) == 1);
        gate.countDown();
        Until.holds("two consumers", SOON, () -> bare.consumers(queue) == 2);
    }

    @Test
    void nothingIsReportedWhenItIsNotAskedFor() throws Exception {
        spec.setStuckThreshold("0");
        Bean bean = hangingAt("m0");
        try (LogLines stuck = new LogLines("STUCK")) {
            FakeEndpoints endpoints = rig.endpoints(bean);
            rig.container().activate(endpoints, spec);
            bare.publish(queue, "m0");
            Until.holds("it hangs", SOON, () -> bean.count() == 1);
            Until.never("a report", Duration.ofMillis(1_000), () -> stuck.count() > 0);
            gate.countDown();
        }
    }
}
