package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ackMode=ON_RECEIPT_MAY_LOSE: acknowledged before its work, which may then be lost. */
@Timeout(60)
class OnReceiptTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration A_WHILE = Duration.ofMillis(500);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqActivationSpec spec;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("on-receipt");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        spec = rig.spec(queue);
        spec.setAckMode("ON_RECEIPT_MAY_LOSE");
        spec.setRetryDelay("100");
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void aFailedMessageIsLostAndTheLogSaysSo() throws Exception {
        Bean bean =
                new Bean(
                        m -> {
                            throw new IllegalStateException("a test's failure");
                        });
        try (LogLines lines = new LogLines("it is lost: it was acknowledged on receipt")) {
            rig.container().activate(rig.endpoints(bean), spec);
            bare.publish(queue, "m");
            Until.holds("the delivery", SOON, () -> bean.count() == 1 && lines.count() == 1);
            Until.never("another one", A_WHILE, () -> bean.count() > 1);
        }
        rig.close();
        assertEquals(0, bare.ready(queue));
    }

    @Test
    void aMessageIsAcknowledgedBeforeItsListenerHasEnded() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS)));
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        bare.publish(queue, "m");
        Until.holds("the delivery", SOON, () -> bean.count() == 1);
        try {
            ActivationMXBean seen = rig.activation();
            Until.holds("its acknowledgement", SOON, () -> seen.getAcknowledged() == 1);
            proxy.cut();
            Until.holds("a new consumer", SOON, () -> bare.consumers(queue) == 1);
        } finally {
            gate.countDown();
        }
        Until.never("another delivery", A_WHILE, () -> bean.count() > 1);
        assertFalse(bean.seen().get(0).redelivered());
    }

    @Test
    void aMessageThatTheEndpointCouldNotTakeIsNotLost() throws Exception {
        Bean bean = new Bean();
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.failBefore(2);
        rig.container().activate(endpoints, spec);
        bare.publish(queue, "m");
        Until.holds("the delivery", SOON, () -> bean.count() == 1);
    }
}
