package io.leveret.it.servers;

import io.leveret.it.broker.BrokerNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the broker itself says. Each question takes about half a second. */
final class Ctl {

    private Ctl() {}

    /** Connections of applications: name and state. */
    static List<List<String>> connections(BrokerNode node) {
        return table(node, "list_connections", "name", "state");
    }

    /** Connections of applications: their processes in the broker, by the users they are of. */
    static Map<String, Set<String>> connectionsByUser(BrokerNode node) {
        return table(node, "list_connections", "user", "pid").stream()
                .collect(
                        Collectors.groupingBy(
                                row -> row.get(0),
                                Collectors.mapping(row -> row.get(1), Collectors.toSet())));
    }

    /** Connections of applications: their TLS versions, or nothing, by the users they are of. */
    static Map<String, List<String>> protocolsByUser(BrokerNode node) {
        return table(node, "list_connections", "user", "ssl_protocol").stream()
                .collect(
                        Collectors.groupingBy(
                                row -> row.get(0),
                                Collectors.mapping(
                                        row -> row.size() > 1 ? row.get(1) : "",
                                        Collectors.toList())));
    }

    /** Adds a user who may do everything in the virtual host {@code /}. */
    static void addUser(BrokerNode node, String user, String password) {
        node.ctl("add_user", user, password);
        node.ctl("set_permissions", "-p", "/", user, ".*", ".*", ".*");
    }

    /** Consumers: queue and consumer tag. */
    static List<List<String>> consumers(BrokerNode node) {
        return table(node, "list_consumers", "queue_name", "consumer_tag");
    }

    /** When the connections that deliveries come over were opened. */
    static List<Instant> consumingSince(BrokerNode node) {
        return table(node, "list_connections", "connected_at", "client_properties").stream()
                .filter(row -> row.size() > 1 && row.get(1).contains(" consume "))
                .map(row -> Instant.ofEpochMilli(Long.parseLong(row.get(0))))
                .toList();
    }

    /** Queues: name and number of messages, unacknowledged deliveries included. */
    static List<List<String>> queues(BrokerNode node) {
        return table(node, "list_queues", "name", "messages");
    }

    /** Queues: name and number of messages that have not been delivered to anybody. */
    static List<List<String>> undelivered(BrokerNode node) {
        return table(node, "list_queues", "name", "messages_ready");
    }

    private static List<List<String>> table(BrokerNode node, String command, String... columns) {
        String[] arguments =
                Stream.concat(Stream.of(command, "--no-table-headers"), Stream.of(columns))
                        .toArray(String[]::new);
        return node.ctl(arguments)
                .lines()
                .filter(line -> !line.isBlank())
                .map(line -> List.of(line.split("\t")))
                .toList();
    }
}
