package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.BrokerCluster;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.LedgerReader;
import io.leveret.it.ledger.LedgerReport;
import io.leveret.it.ledger.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Publishing to, and consuming from, a quorum queue of a cluster that loses one of its nodes. */
@Timeout(300)
@EnabledIfSystemProperty(named = "leveret.it.full", matches = "true")
class ClusterTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration A_WHILE = Duration.ofSeconds(3);
    private static final int WARM = 40;

    /** How often a link looks whether it can go back to its own address, ms. */
    private static final long SELDOM = 60_000;

    private static final long OFTEN = 2_000;

    /** The broker itself needs up to ten seconds for a new leader. */
    private static final Duration ELECTION = Duration.ofSeconds(30);

    /** Outweighs all further deliveries. */
    private static final int TOO_EARLY = -1_000;

    @TempDir private Path folder;
    private BrokerCluster cluster;
    private String queue;
    private LedgerLog log;

    @BeforeEach
    void declare() throws Exception {
        cluster = Clusters.shared();
        queue = Clusters.queueLedByNodeOne();
        log = LedgerLog.open(folder.resolve(Traffic.LEDGER));
    }

    @AfterEach
    void heal() throws Exception {
        if (cluster != null) {
            log.close();
            Clusters.heal();
        }
    }

    @Test
    void publishersOfAPartitionedLeaderMoveToANodeThatAnswers() throws Exception {
        partitionAndHeal(SELDOM);
    }

    @Test
    void aLinkDoesNotGoBackToANodeThatDidNotAnswerWhileThatIsSo() throws Exception {
        partitionAndHeal(OFTEN);
    }

    private void partitionAndHeal(long probeMillis) throws Exception {
        try (Load load = Clusters.traffic(queue, 1, probeMillis, folder)) {
            warmUp(load);
            int leader = whereAllPublish();
            Clusters.lead(queue, leader);
            log.faultBegun("partition");
            Clusters.cut(leader);
            long cut = LedgerLog.now();

            Until.holds("a publish without an answer", SOON, () -> count(cut, Outcome.UNKNOWN) > 0);
            long stuck = LedgerLog.now();
            Until.holds("another way", ELECTION, () -> count(stuck, Outcome.CONFIRMED) > WARM);
            // All that is left of the old way runs into its deadline, then there is no failure.
            Until.passed(Traffic.PUBLISH_TIMEOUT.plusSeconds(3));
            long moved = LedgerLog.now();
            Until.passed(A_WHILE);
            assertTrue(load.progress().confirmed() > moved, "nothing is confirmed");
            assertEquals(0, failures(moved), "publishes failed although two nodes answer");
            // Neither the broker nor a heartbeat ended the connection before.
            String first = warnings("publish").lines().findFirst().orElse("");
            assertTrue(first.contains("is given up"), first);
            assertTrue(first.contains("no publish was answered"), first);

            Clusters.heal();
            log.faultEnded("partition");
            long healed = LedgerLog.now();
            awaitWork("publishing and consuming over the healed network", healed);
            finish(load);
        }
    }

    @Test
    void aLeaderKilledWithItsConnectionsCostsNothingThatWasConfirmed() throws Exception {
        try (Load load = Clusters.traffic(queue, BrokerCluster.SIZE, OFTEN, folder)) {
            warmUp(load);
            log.faultBegun("kill");
            cluster.node(1).kill();
            long killed = LedgerLog.now();
            awaitWork("publishing and consuming over the other nodes", killed);
            cluster.node(1).restart();
            log.faultEnded("kill");
            finish(load);
        }
    }

    @Test
    void loadSpreadsAgainOverANodeThatComesBackAndNothingIsDropped() throws Exception {
        try (Load load = Clusters.traffic(queue, BrokerCluster.SIZE, OFTEN, folder)) {
            warmUp(load);
            Until.holds("connections to all nodes", ELECTION, () -> at(1) && at(2) && at(3));
            log.faultBegun("kill");
            cluster.node(2).kill();
            long killed = LedgerLog.now();
            awaitWork("publishing and consuming over the other nodes", killed);
            Until.passed(Traffic.PUBLISH_TIMEOUT.plusSeconds(1));
            log.faultEnded("kill");
            long restarting = LedgerLog.now();
            cluster.node(2).restart();

            Until.holds("connections to all nodes again", SOON, () -> at(1) && at(2) && at(3));
            Until.passed(A_WHILE);

            assertEquals(0, failures(restarting), "publishes failed for the sake of balance");
            assertEquals(0, redeliveries(restarting), "deliveries came again for its sake");
            finish(load);
        }
    }

    /** Whether the load both publishes and consumes over a node. */
    private static boolean at(int node) {
        return Clusters.connections(node, "publish") == 1
                && Clusters.connections(node, "consume") == 1;
    }

    private static int whereAllPublish() {
        return IntStream.rangeClosed(1, BrokerCluster.SIZE)
                .filter(node -> Clusters.connections(node, "publish") == 1)
                .findFirst()
                .orElseThrow();
    }

    private static void warmUp(Load load) throws Exception {
        Until.holds(
                "traffic",
                SOON,
                () -> load.progress().confirms() > WARM && load.progress().delivered() > 0);
    }

    /** What was published since then is confirmed and delivered. */
    private void awaitWork(String what, long since) throws Exception {
        Until.holds(
                what,
                ELECTION,
                () -> count(since, Outcome.CONFIRMED) > WARM && deliveries(since) > WARM);
    }

    private void finish(Load load) throws Exception {
        long longest = load.progress().longestCallMillis();
        List<HeldMessage> held = load.finish();
        LedgerReport report = Ledger.read(folder.resolve(Traffic.LEDGER)).reconcile(held, GRACE);
        System.out.println(report);
        assertTrue(report.clean(), report::toString);
        long limit = Traffic.PUBLISH_TIMEOUT.toMillis() + 1_000;
        assertTrue(longest <= limit, () -> "a publish took " + longest + " ms");
    }

    private List<LedgerEvent> events() throws IOException {
        List<LedgerEvent> events = new ArrayList<>();
        LedgerReader.read(folder.resolve(Traffic.LEDGER), events::add);
        return events;
    }

    private long count(long begunAfter, Outcome outcome) throws IOException {
        return outcomes(begunAfter).getOrDefault(outcome, 0L);
    }

    private long failures(long begunAfter) throws IOException {
        Map<Outcome, Long> outcomes = outcomes(begunAfter);
        outcomes.remove(Outcome.CONFIRMED);
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    private Map<Outcome, Long> outcomes(long begunAfter) throws IOException {
        Map<Outcome, Long> outcomes = new HashMap<>();
        for (LedgerEvent event : events()) {
            if (event instanceof LedgerEvent.AttemptEnded e
                    && Traffic.begun(e.id()) >= begunAfter) {
                outcomes.merge(e.outcome(), 1L, Long::sum);
            }
        }
        return outcomes;
    }

    private long deliveries(long begunAfter) throws IOException {
        return events().stream()
                .filter(LedgerEvent.DeliveryBegun.class::isInstance)
                .map(LedgerEvent.DeliveryBegun.class::cast)
                .filter(e -> Traffic.begun(e.id()) >= begunAfter)
                .count();
    }

    /**
     * Of deliveries that began since then, how many came again. What was with the node when it was
     * killed comes again as well: a quorum queue keeps that back until the node has returned.
     */
    private long redeliveries(long after) throws IOException {
        Map<String, Integer> times = new HashMap<>();
        for (LedgerEvent event : events()) {
            if (event instanceof LedgerEvent.DeliveryBegun e) {
                times.merge(e.id(), e.time() >= after ? 1 : TOO_EARLY, Integer::sum);
            }
        }
        return times.values().stream().filter(n -> n > 1).count();
    }

    private String warnings(String purpose) throws IOException {
        StringBuilder all = new StringBuilder();
        for (Signs.Sign sign : Signs.read(folder.resolve(Traffic.SIGNS))) {
            if (sign.text().contains(" " + purpose + " ")) {
                all.append(sign.text()).append('\n');
            }
        }
        return all.toString();
    }
}
