package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.container.FakePool;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links that are cut again and again leave nothing behind, and closed ones stay closed. */
@Timeout(600)
class GrowthTest {

    private static final boolean FULL = Boolean.getBoolean("leveret.it.full");
    private static final int CUTS = FULL ? 1_000 : 100;

    /** Until classes are loaded, caches filled and code compiled. */
    private static final int WARM_UP = 20;

    private static final Duration SOON = Duration.ofSeconds(10);

    /** Far more than idle workers of the adapter and threads of the proxy live. */
    private static final Duration SETTLED = Duration.ofSeconds(30);

    private static final Duration QUIET = Duration.ofSeconds(2);

    /** A few objects of a class may be on their way; a leak would show once per cut. */
    private static final int FEW = 10;

    private static final long HEAP_SLACK = 3 << 20;
    private static final long IDLE_MILLIS = 300;

    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("growth");
        proxy = FaultProxy.to(Nodes.shared());
        rig =
                new Rig(proxy.port())
                        .with(a -> a.setReconnectInterval("5"))
                        .with(a -> a.setReconnectMaxInterval("20"))
                        .with(a -> a.setConnections("1"))
                        .with(a -> a.setLinkIdleTimeout(String.valueOf(IDLE_MILLIS)))
                        .start();
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void manyCutsLeaveNeitherThreadsNorSocketsNorObjectsBehind() throws Exception {
        rig.consume(queue, message -> received.add(message.text()));
        FakePool pool = rig.pool();
        MqPublisher publisher = publisher(pool);
        cuts(publisher, WARM_UP);
        pool.forgetErrors();
        // Workers and threads of the proxy that have nothing to do end within five seconds.
        Until.holds("idle workers end", SETTLED, () -> Footprint.threads("leveret-") <= 8);
        Footprint before = Footprint.now();
        long began = System.nanoTime();
        cuts(publisher, CUTS);
        long millis = (System.nanoTime() - began) / 1_000_000;
        pool.forgetErrors();
        Footprint after = Footprint.settled(before, SETTLED, FEW, () -> 0);
        System.out.printf(
                Locale.ROOT,
                "%d cuts in %d ms%nbefore: %s%nafter:  %s%n",
                CUTS,
                millis,
                before,
                after);
        after.assertHeapLike(before, HEAP_SLACK);
        assertEquals(1, pool.size(), "connections in the pool");
    }

    private static MqPublisher publisher(FakePool pool) throws Exception {
        return Rig.connectionFactory(pool).createPublisher(MqPublisherOptions.defaults());
    }

    private void cuts(MqPublisher publisher, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            roundTrip(publisher, "m" + i + "-" + count);
            int known = proxy.accepted();
            proxy.cut();
            Until.holds("both links again", SOON, () -> proxy.accepted() >= known + 2);
        }
        roundTrip(publisher, "the last of " + count);
        received.clear();
    }

    /** A publish that meets the cut itself may be UNKNOWN; the next one is not. */
    private void roundTrip(MqPublisher publisher, String text) throws Exception {
        Until.holds(
                "a confirm",
                SOON,
                () ->
                        Rig.outcomeOf(publisher, "", queue, MqMessage.text(text))
                                == MqOutcome.CONFIRMED);
        Until.holds("a delivery", SOON, () -> received.contains(text));
    }

    @Test
    void linksOfAStoppedAdapterNeverComeBack() throws Exception {
        upAndRunning();
        rig.container().stopAdapter();
        staysAway();
    }

    @Test
    void anAdapterThatIsStoppedWhileItsLinksAreDownNeverTriesAgain() throws Exception {
        upAndRunning();
        goDown();
        rig.container().stopAdapter();
        staysAway();
    }

    @Test
    void linksThatNobodyUsesAnyMoreNeverComeBack() throws Exception {
        Used used = upAndRunning();
        used.end();
        staysAway();
    }

    @Test
    void linksThatAreDownAndThatNobodyUsesAnyMoreAreGivenUp() throws Exception {
        Used used = upAndRunning();
        goDown();
        used.end();
        Until.passed(Duration.ofMillis(2 * IDLE_MILLIS));
        staysAway();
    }

    /** What holds the two groups of links. */
    private record Used(Rig rig, FakePool pool, FakeEndpoints endpoints, MqActivationSpec spec) {

        void end() {
            rig.container().deactivate(endpoints, spec);
            pool.close();
        }
    }

    private Used upAndRunning() throws Exception {
        FakePool pool = rig.pool();
        FakeEndpoints endpoints = rig.endpoints(message -> received.add(message.text()));
        MqActivationSpec spec = rig.spec(queue);
        rig.container().activate(endpoints, spec);
        try (MqConnection connection = Rig.connectionFactory(pool).getConnection()) {
            connection.publish("", queue, MqMessage.text("m"));
        }
        Until.holds("a delivery", SOON, () -> received.contains("m"));
        assertEquals(2, proxy.connections());
        return new Used(rig, pool, endpoints, spec);
    }

    /** Both links try to come back, in vain. */
    private void goDown() throws Exception {
        int known = proxy.accepted();
        proxy.refuse(true);
        Until.holds("attempts", SOON, () -> proxy.accepted() > known + 20);
    }

    private void staysAway() throws Exception {
        Until.holds("both links closed", SOON, () -> proxy.connections() == 0);
        int known = proxy.accepted();
        Until.never("an attempt to connect", QUIET, () -> proxy.accepted() > known);
        assertTrue(known >= 2, "attempts so far: " + known);
    }
}
