package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.it.broker.BrokerNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every fault that we know of, one by one: publisher and consumer come back from each without a
 * redeployment, and the ledger is clean. The tables are on stdout and in the files {@code
 * target/faults-*.md}.
 */
@Timeout(900)
class FaultTableTest {

    @Test
    void everyFaultOfANodeIsSurvivedWithACleanLedger(@TempDir Path folder) throws Exception {
        BrokerNode node = Nodes.rough();
        FaultTable table = new FaultTable(folder);
        try (NodeFaults faults = new NodeFaults(node)) {
            faults.all().forEach(fault -> table.run(fault, faults::start));
        }
        finish(table, "node", node.version());
    }

    @Test
    void everyFaultOfALeaderInAClusterIsSurvivedWithACleanLedger(@TempDir Path folder)
            throws Exception {
        ClusterFaults faults = new ClusterFaults();
        FaultTable table = new FaultTable(folder);
        faults.all().forEach(fault -> table.run(fault, faults::start));
        finish(table, "cluster", Clusters.shared().version());
    }

    private static void finish(FaultTable table, String what, String version) throws Exception {
        String title =
                String.format(
                        Locale.ROOT,
                        "Faults of a %s, RabbitMQ %s, heartbeat %d ms, publish timeout %d ms",
                        what,
                        version,
                        Traffic.HEARTBEAT.toMillis(),
                        Traffic.PUBLISH_TIMEOUT.toMillis());
        String file = String.format(Locale.ROOT, "faults-%s-%s.md", what, version);
        List<String> wrong = table.finish(title, Path.of("target", file));
        assertEquals(List.of(), wrong, () -> String.join("\n", wrong));
    }
}
