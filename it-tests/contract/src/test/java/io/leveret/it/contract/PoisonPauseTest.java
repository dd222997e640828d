package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqDeliveryListener;
import io.leveret.MqMessageListener;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When everything fails, the activation pauses, tries one message at a time, and goes on. */
@Timeout(120)
class PoisonPauseTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    /** A probe that has failed is followed after the pause, which is two seconds by then. */
    private static final Duration TWO_PAUSES = Duration.ofSeconds(15);

    private static final int THRESHOLD = 10;
    private static final int MESSAGES = 60;

    private final AtomicBoolean works = new AtomicBoolean();
    private final Bean bean =
            new Bean(
                    m -> {
                        if (!works.get()) {
                            throw new IllegalStateException("nothing works");
                        }
                    });
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;
    private MqActivationSpec spec;
    private FakeEndpoints endpoints;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("poison");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        spec = rig.spec(queue);
        spec.setMaxSession("3");
        spec.setRetryDelay("60000");
        spec.setPauseAfterFailures(String.valueOf(THRESHOLD));
        for (int i = 0; i < MESSAGES; i++) {
            bare.publish(queue, "m" + i);
        }
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private ActivationMXBean consume() throws Exception {
        endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        return rig.activation();
    }

    @Test
    void itPausesProbesOneAtATimeAndGoesOnByItself() throws Exception {
        try (LogLines alarm = new LogLines("messages in a row have failed");
                LogLines over = new LogLines("goes on: a message was processed after")) {
            ActivationMXBean seen = consume();
            Until.holds("the pause", SOON, seen::isPausedByFailures);
            // What ran beside the one that was too many may end too.
            Until.holds("the end of what runs", SOON, () -> seen.getInFlight() == 0);
            int atPause = bean.count();
            assertTrue(atPause < THRESHOLD + 3, atPause + " tries until the pause");
            Until.holds("the alarm", SOON, () -> alarm.count() == 1);
            assertEquals(Level.SEVERE, alarm.records().get(0).getLevel());

            Until.holds("three probes", SOON, () -> bean.count() == atPause + 3);
            List<Bean.Seen> tries = bean.seen();
            long first = between(tries, atPause - 1, atPause);
            long last = between(tries, atPause + 1, atPause + 2);
            assertTrue(first >= 900, first + " ms before the first probe");
            assertTrue(last >= 3_500, last + " ms before the third probe");
            Until.holds("its end", SOON, () -> seen.getFailuresInARow() == atPause + 3);

            works.set(true);
            seen.resume(); // what an operator does who has mended it
            Until.holds("all others", SOON, () -> bean.count() == MESSAGES);
            assertFalse(seen.isPausedByFailures());
            assertEquals(0, seen.getFailuresInARow());
            assertEquals(1, alarm.count());
            Until.holds("the good news", SOON, () -> over.count() == 1);
        }
    }

    @Test
    void whileOneIsTriedNoOtherOneIs() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ActivationMXBean seen = consume();
        Until.holds("the pause", SOON, seen::isPausedByFailures);
        bean.then(m -> assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS)));
        Until.holds("the probe", SOON, () -> seen.getInFlight() == 1);
        Until.never("another one", Duration.ofSeconds(3), () -> seen.getInFlight() > 1);
        gate.countDown();
        Until.holds("the others", SOON, () -> bean.count() == MESSAGES);
    }

    /** Pauses, and makes the next probe wait for the gate; then it does what is said. */
    private ActivationMXBean probing(CountDownLatch gate, MqMessageListener then) throws Exception {
        ActivationMXBean seen = consume();
        Until.holds("the pause", SOON, seen::isPausedByFailures);
        Until.holds("the end of what runs", SOON, () -> seen.getInFlight() == 0);
        AtomicBoolean first = new AtomicBoolean(true);
        bean.then(
                m -> {
                    if (first.getAndSet(false)) {
                        assertTrue(gate.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
                    }
                    then.onMessage(m);
                });
        Until.holds("the probe", SOON, () -> seen.getInFlight() == 1);
        return seen;
    }

    @Test
    void aProbeWhoseChannelIsLostStaysTheOnlyOneUntilItEndsAndThenTheNextOneIsTried()
            throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Set<String> processed = ConcurrentHashMap.newKeySet();
        AtomicBoolean fails = new AtomicBoolean(true);
        try (LogLines lost = new LogLines("lost its subscription")) {
            ActivationMXBean seen =
                    probing(
                            gate,
                            m -> {
                                if (fails.getAndSet(false)) {
                                    throw new IllegalStateException("nothing works");
                                }
                                processed.add(m.text());
                            });
            int tried = bean.count();
            String probe = bean.texts().get(tried - 1);
            proxy.cut();
            Until.holds("the loss", SOON, () -> lost.count() > 0);
            Until.holds("the consumers", SOON, () -> bare.consumers(queue) == 3);
            Until.never("another one", Duration.ofSeconds(3), () -> bean.count() > tried);
            assertTrue(seen.isPausedByFailures());

            gate.countDown();
            Until.holds("the next one", TWO_PAUSES, () -> bean.count() > tried);
            // Those before it wait for their next try; it was not settled, and comes again.
            Until.holds("it and all others", SOON, () -> processed.size() == MESSAGES - tried + 1);
            assertTrue(processed.contains(probe));
            assertFalse(seen.isPausedByFailures());
        }
    }

    @Test
    void aProbeThatHangsIsReportedAndHoldsUpTheOthersUntilItIsFree() throws Exception {
        spec.setStuckThreshold("400");
        CountDownLatch gate = new CountDownLatch(1);
        try (LogLines stuck = new LogLines("has a STUCK session");
                LogLines free = new LogLines("is no longer stuck")) {
            ActivationMXBean seen = probing(gate, m -> {});
            int tried = bean.count();
            Until.holds("STUCK", SOON, () -> seen.getSessionsStuck() == 1);
            Until.never("another one", Duration.ofSeconds(3), () -> bean.count() > tried);
            assertTrue(seen.isPausedByFailures());
            assertEquals(1, stuck.count(), stuck.lines()::toString);

            gate.countDown();
            Until.holds("all others", SOON, () -> bean.count() == MESSAGES);
            assertFalse(seen.isPausedByFailures());
            Until.holds("all sessions", SOON, () -> seen.getSessionsConsuming() == 3);
            assertEquals(0, seen.getSessionsStuck());
            assertEquals(1, free.count(), free.lines()::toString);
        }
    }

    @Test
    void anOperatorMayHaveAnotherOneTriedWhileTheProbeHangs() throws Exception {
        spec.setStuckThreshold("400");
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        ActivationMXBean seen =
                probing(gate, m -> assertTrue(other.await(SOON.toMillis(), TimeUnit.MILLISECONDS)));
        Until.holds("STUCK", SOON, () -> seen.getSessionsStuck() == 1);
        int tried = bean.count();

        seen.resume();

        Until.holds("one more", SOON, () -> bean.count() == tried + 1);
        Until.never("two more", Duration.ofSeconds(2), () -> bean.count() > tried + 1);
        other.countDown();
        Until.holds("the others", SOON, () -> bean.count() == MESSAGES);
        assertFalse(seen.isPausedByFailures());
        gate.countDown();
    }

    @Test
    void whatWaitsMeanwhileIsNotTriedAndGoesBackWhenTheActivationStops() throws Exception {
        ActivationMXBean seen = consume();
        Until.holds("the pause", SOON, seen::isPausedByFailures);
        Until.holds("the end of what runs", SOON, () -> seen.getInFlight() == 0);
        rig.container().deactivate(endpoints, spec);
        int tried = bean.count();
        assertTrue(tried < THRESHOLD + 4, tried + " tries");
        Until.holds("the rest is back", SOON, () -> bare.ready(queue) == MESSAGES - tried);
        assertEquals(tried, bare.ready(queue + ".retry.60000"));
    }

    /** Nobody else has what its session keeps for another try. */
    @Test
    void anActivationThatSettlesByItselfCanBePausedMeanwhile() throws Exception {
        endpoints =
                rig.container()
                        .endpoints(
                                MqDeliveryListener.class,
                                delivery -> {
                                    throw new IllegalStateException("nothing works");
                                });
        rig.container().activate(endpoints, spec);
        ActivationMXBean seen = rig.activation();
        Until.holds("the pause", SOON, seen::isPausedByFailures);
        Until.holds("the end of what runs", SOON, () -> seen.getInFlight() == 0);

        seen.stop();

        Until.holds("paused", SOON, () -> seen.getState().equals("PAUSED"));
        Until.holds(
                "all messages",
                SOON,
                () -> bare.ready(queue) + bare.ready(queue + ".retry.60000") == MESSAGES);
    }

    @Test
    void aMessageThatIsProcessedInBetweenMakesItNoRow() throws Exception {
        spec.setPauseAfterFailures("2");
        spec.setMaxSession("1");
        Bean everyOther =
                new Bean(
                        m -> {
                            if (Integer.parseInt(m.text().substring(1)) % 2 == 0) {
                                throw new IllegalStateException("an even one");
                            }
                        });
        rig.container().activate(rig.endpoints(everyOther), spec);
        Until.holds("all of them", SOON, () -> everyOther.count() == MESSAGES);
        assertFalse(rig.activation().isPausedByFailures());
    }

    /** As at the end of a large batch, when only its bad ones come again. */
    @Test
    void thoseThatHadFailedBeforeOthersWereProcessedMakeNoRowWhenTheyFailAgain() throws Exception {
        spec.setMaxAttempts("4");
        spec.setRetryDelay("2500");
        Bean oddOnes =
                new Bean(
                        m -> {
                            if (Integer.parseInt(m.text().substring(1)) % 2 == 1) {
                                throw new IllegalStateException("an odd one");
                            }
                        });
        try (LogLines alarm = new LogLines("messages in a row have failed")) {
            rig.container().activate(rig.endpoints(oddOnes), spec);
            Until.holds("a try of each", SOON, () -> oddOnes.count() >= MESSAGES);
            for (int i = 0; i < THRESHOLD; i++) { // a second later than all first failures
                Until.passed(Duration.ofMillis(150));
                bare.publish(queue, "m" + 2 * i);
            }
            Until.holds("all parked", SOON, () -> bare.ready(queue + ".parking") == MESSAGES / 2);
            assertEquals(0, alarm.count(), alarm.lines()::toString);
        }
    }

    private static long between(List<Bean.Seen> tries, int one, int other) {
        return TimeUnit.NANOSECONDS.toMillis(tries.get(other).nanos() - tries.get(one).nanos());
    }
}
