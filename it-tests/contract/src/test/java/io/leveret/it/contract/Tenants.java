package io.leveret.it.contract;

import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Many users of one broker, each with a virtual host and a quorum queue of its own. Made by one
 * call of rabbitmqctl, because each call takes half a second.
 */
final class Tenants {

    /** One of them. */
    record Tenant(String user, String password, String virtualHost, String queue) {}

    private final BrokerNode node;
    private final List<Tenant> all;

    private Tenants(BrokerNode node, List<Tenant> all) {
        this.node = node;
        this.all = List.copyOf(all);
    }

    /** Creates them on a private node, and has that written to its disk. */
    static Tenants create(BrokerNode node, int count) {
        List<Tenant> all = new ArrayList<>();
        List<String> users = new ArrayList<>();
        List<String> hosts = new ArrayList<>();
        List<String> permissions = new ArrayList<>();
        List<String> queues = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Tenant t =
                    new Tenant(
                            "user" + i,
                            Secrets.plain("password of a tenant"),
                            "host" + i,
                            "queue" + i);
            all.add(t);
            users.add(object("name", t.user, "password", t.password, "tags", ""));
            hosts.add(object("name", t.virtualHost));
            permissions.add(
                    object(
                            "user",
                            t.user,
                            "vhost",
                            t.virtualHost,
                            "configure",
                            ".*",
                            "write",
                            ".*",
                            "read",
                            ".*"));
            String queue = object("name", t.queue, "vhost", t.virtualHost);
            queues.add(
                    queue.substring(0, queue.length() - 1)
                            + ",\"durable\":true,\"auto_delete\":false,\"arguments\":"
                            + object("x-queue-type", "quorum")
                            + "}");
        }
        String definitions =
                String.format(
                        Locale.ROOT,
                        "{\"users\":%s,\"vhosts\":%s,\"permissions\":%s,\"queues\":%s}",
                        users,
                        hosts,
                        permissions,
                        queues);
        node.eval(
                "rabbit_definitions:import_raw(<<\""
                        + definitions.replace("\"", "\\\"")
                        + "\">>).");
        node.flush();
        return new Tenants(node, all);
    }

    /** JSON; no name or value here needs escaping. */
    private static String object(String... namesAndValues) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add("\"" + namesAndValues[i] + "\":\"" + namesAndValues[i + 1] + "\"");
        }
        return "{" + String.join(",", fields) + "}";
    }

    List<Tenant> all() {
        return all;
    }

    URI uri(Tenant tenant) {
        return URI.create(
                String.format(
                        Locale.ROOT,
                        "amqp://%s:%s@%s:%d/%s",
                        tenant.user,
                        tenant.password,
                        node.host(),
                        node.port(),
                        tenant.virtualHost));
    }

    /** Counts the messages that are ready in all queues together. */
    int ready() {
        return Integer.parseInt(
                node.eval(
                        "lists:sum([M || Q <- rabbit_amqqueue:list(),"
                                + " {ok, M, _} <- [rabbit_amqqueue:stat(Q)]])."));
    }
}
