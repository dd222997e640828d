package io.leveret.it.contract;

import io.leveret.it.broker.BrokerCluster;
import io.leveret.it.ledger.LedgerLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The ways to break the node that leads the queue, while two others could do its work. */
final class ClusterFaults {

    private static final Duration AT_LEAST = Duration.ofSeconds(1);

    private final BrokerCluster cluster = Clusters.shared();

    /** Starts traffic over one connection to each node for publishing, and for consuming. */
    Load start(Path folder) {
        return Clusters.traffic(Clusters.queueLedByNodeOne(), BrokerCluster.SIZE, 60_000, folder);
    }

    List<Fault> all() {
        List<Fault> faults = new ArrayList<>();
        faults.add(
                Fault.of(
                                "leader partitioned from the other nodes",
                                AT_LEAST,
                                () -> Clusters.cut(1),
                                Fault.by(Clusters::heal))
                        .withAnotherWay());
        faults.add(
                Fault.of(
                                "leader's node killed with -9, restarted",
                                AT_LEAST,
                                () -> cluster.node(1).kill(),
                                this::restart)
                        .withAnotherWay());
        if (Traffic.FULL) {
            // With 60 s a queue waits that long for a leader that is silent.
            faults.add(
                    Fault.of(
                                    "leader's node unplugged from everybody (net_ticktime 8 s)",
                                    AT_LEAST,
                                    () -> cluster.unplug(1),
                                    Fault.by(Clusters::heal))
                            .prepared(() -> Clusters.tickTime(8))
                            .withAnotherWay());
        }
        return faults;
    }

    private long restart() {
        cluster.node(1).restart();
        return LedgerLog.now();
    }
}
