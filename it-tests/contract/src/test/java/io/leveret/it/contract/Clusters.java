package io.leveret.it.contract;

import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerCluster;
import io.leveret.it.broker.SideJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/**
 * The cluster of this test run, started when first needed, removed when it ends; tests leave it
 * healed and with all nodes running. With it goes one program inside its network.
 */
final class Clusters {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static BrokerCluster cluster;
    private static SideJvm inside;
    private static final String USER = "it-" + UUID.randomUUID();
    private static final String PASSWORD = Secrets.plain("user of the cluster");

    private Clusters() {}

    static synchronized BrokerCluster shared() {
        if (cluster == null) {
            BrokerCluster fresh = BrokerCluster.start();
            Runtime.getRuntime().addShutdownHook(new Thread(fresh::close, "cluster-remover"));
            fresh.node(1).ctl("add_user", USER, PASSWORD);
            fresh.node(1).ctl("set_permissions", "-p", "/", USER, ".*", ".*", ".*");
            inside = SideJvm.start(fresh, TrafficMain.class);
            cluster = fresh;
        }
        return cluster;
    }

    /** Declares a quorum queue whose leader is node 1, where all clients connect first. */
    static String queueLedByNodeOne() {
        shared();
        return inside.tell(LIMIT, "declare", address(1), USER, PASSWORD, Bare.name("cluster"));
    }

    private static String address(int number) {
        return cluster.node(number).host() + ":" + cluster.node(number).port();
    }

    /** The name of the node that leads the queue, as a node sees it. */
    static String leader(int seenBy, String queue) {
        return cluster.node(seenBy)
                .ctl("list_queues", "--no-table-headers", "name", "leader")
                .lines()
                .map(line -> line.split("\\s+"))
                .filter(row -> row[0].equals(queue) && row.length > 1)
                .map(row -> row[1])
                .findFirst()
                .orElse("");
    }

    /** Starts traffic inside the cluster's network. */
    static RemoteTraffic traffic(String queue, int connections, long probeMillis, Path folder) {
        String addresses = shared().addresses();
        return new RemoteTraffic(
                inside,
                new Traffic.Plan(
                        addresses, USER, PASSWORD, queue, connections, probeMillis, folder));
    }

    /** How many connections for this purpose a running node itself knows of. */
    static int connections(int node, String purpose) {
        // Not list_connections: that asks the other nodes too, and waits for those that are cut
        // off.
        String names =
                "[N || P <- rabbit_networking:local_connections(),"
                        + " {client_properties, T} <- rabbit_reader:info(P, [client_properties]),"
                        + " {<<\"connection_name\">>, _, N} <- T].";
        String answer = cluster.node(node).eval(names);
        return answer.split(" " + purpose + " ", -1).length - 1;
    }

    /**
     * Cuts a node off from the others. RabbitMQ 3 writes down new leaders in a table that is locked
     * by all nodes it believes in, so there the belief must end sooner than after a minute.
     */
    static void cut(int number) {
        if (cluster.version().startsWith("3.")) {
            tickTime(8);
        }
        cluster.cut(number);
    }

    /** Sets after how many seconds of silence nodes believe each other dead; 60 is the default. */
    static void tickTime(int seconds) {
        for (int i = 1; i <= BrokerCluster.SIZE; i++) {
            cluster.node(i).eval("net_kernel:set_net_ticktime(" + seconds + ", 0).");
        }
    }

    /** Mends the network and waits until all nodes work together again. */
    static void heal() throws Exception {
        cluster.heal();
        Until.holds("all nodes", LIMIT, Clusters::allOnline);
        tickTime(60);
    }

    private static boolean allOnline() {
        for (int i = 1; i <= BrokerCluster.SIZE; i++) {
            String running =
                    cluster.node(i)
                            .eval(
                                    "length([N || N <- [node() | nodes()],"
                                            + " rpc:call(N, rabbit, is_running, [], 2000)]).");
            if (!running.equals(String.valueOf(BrokerCluster.SIZE))) {
                return false;
            }
        }
        return true;
    }

    /** Makes a node the leader of a queue. */
    static void lead(String queue, int number) throws Exception {
        String wanted = "n@" + cluster.node(number).host();
        Until.holds(
                wanted + " leads " + queue,
                LIMIT,
                () -> {
                    String now = leader(number, queue);
                    if (!now.equals(wanted)) {
                        cluster.node(number).eval(transfer(queue, now, wanted));
                    }
                    return now.equals(wanted);
                });
    }

    private static String transfer(String queue, String from, String to) {
        return "ra:transfer_leadership({'%2F_"
                + queue
                + "', '"
                + from
                + "'}, {'%2F_"
                + queue
                + "', '"
                + to
                + "'}).";
    }

    static Map<String, Object> quorum() {
        return Map.of("x-queue-type", "quorum", "x-queue-leader-locator", "client-local");
    }
}
