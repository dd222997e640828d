package io.leveret.it.contract;

import io.leveret.it.broker.BrokerCluster;
import io.leveret.it.ledger.LedgerLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The ways to break the node that leads the queue, while two others could do its work. */
final class ClusterFaults {

    private static final Duration AT_LEAST = Duration.ofSeconds(1);

    private final BrokerCluster cluster = Clusters.shared();

    /** Starts traffic that connects to the leader's node first. */
    Load start(Path folder) {
        return Clusters.traffic(Clusters.queueLedByNodeOne(), folder);
    }

    List<Fault> all() {
        return List.of(
                Fault.of(
                                "cluster: leader partitioned from the other nodes",
                                AT_LEAST,
                                () -> cluster.cut(1),
                                Fault.by(cluster::heal))
                        .withAnotherWay(),
                Fault.of(
                                "cluster: leader's node killed with -9, restarted",
                                AT_LEAST,
                                () -> cluster.node(1).kill(),
                                this::restart)
                        .withAnotherWay(),
                Fault.of(
                                "cluster: leader's node unplugged from everybody",
                                AT_LEAST,
                                () -> cluster.unplug(1),
                                Fault.by(cluster::heal))
                        .withAnotherWay());
    }

    private long restart() {
        cluster.node(1).restart();
        return LedgerLog.now();
    }
}
