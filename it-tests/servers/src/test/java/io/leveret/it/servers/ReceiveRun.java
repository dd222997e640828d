package io.leveret.it.servers;

import io.leveret.it.broker.BrokerContents;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.database.PostgresNode;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.servers.receive.Books;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One ledger run: broker, database, server and traffic, from their start to the verdict. */
final class ReceiveRun implements AutoCloseable {

    /** The default of every activation. */
    private static final int SESSIONS = 4;

    /** How much of the traffic between two faults must flow after one before the next comes. */
    private static final double FLOWING = 0.25;

    private static final Duration PROGRESS = Duration.ofSeconds(180);
    private static final Duration RECOVERY = Duration.ofSeconds(90);
    private static final Duration SETTLED = Duration.ofSeconds(60);

    /** Longer than the server's transaction manager waits between two looks at what is open. */
    private static final Duration RESOLVED = Duration.ofSeconds(180);

    /** How long after its end a fault still counts: what it broke is noticed later. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Resources open = new Resources();
    private final ReceiveVerdict verdict = new ReceiveVerdict();
    private final int messages;
    private final Path faultLedger;
    private final BrokerNode broker;
    private final FaultProxy proxy;
    private final ReceiveDatabase database;
    private final WildFlyProcess server;
    private final List<Route> routes = new ArrayList<>();
    private final Route spare;
    private final LedgerLog log;
    private final ReceiveFaults faults;
    private final RoutePublisher publisher;

    /**
     * Starts everything but the traffic.
     *
     * @param messages how many each listener is to work on
     * @param workMillis how long they work on each, in ms
     * @param folder a new folder, which stays
     */
    ReceiveRun(int messages, int workMillis, Path folder) throws Exception {
        boolean started = false;
        try {
            this.messages = messages;
            broker = open.add(BrokerNode.start(ReceiveFaults.brokerOptions()));
            proxy = open.add(FaultProxy.to(broker));
            PostgresNode postgres = open.add(PostgresNode.start());
            database = new ReceiveDatabase(postgres);
            database.createTable();
            for (String name : List.of("plain", "transacted", "database")) {
                routes.add(open.add(new Route(name, folder)));
            }
            spare = open.add(new Route("spare", folder));
            faultLedger = folder.resolve("faults.ledger");
            log = open.add(LedgerLog.open(faultLedger));
            server =
                    open.add(
                            new WildFlyProcess(
                                    folder.resolve("wildfly"), settings(folder, workMillis)));
            Path application = ReceiveApplication.export(folder);
            faults = new ReceiveFaults(broker, proxy, server, application, routes, spare);
            for (Route route : all()) {
                faults.declare(route.queue());
            }
            server.start();
            ReceiveApplication.deploy(server.management(), application, postgres);
            publisher = open.add(new RoutePublisher(broker.uri(), routes, messages));
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    /** Everything as users have it; only the broker's place is the way that gets cut. */
    private Map<String, String> settings(Path folder, int workMillis) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("leveret.addresses", proxy.host() + ":" + proxy.port());
        settings.put("leveret.userName", "guest");
        settings.put("leveret.password", "guest");
        settings.put(Books.FOLDER, folder.toString());
        settings.put(Books.WORK_MILLIS, "" + workMillis);
        return settings;
    }

    String brokerVersion() {
        return broker.version();
    }

    private List<Route> all() {
        return Stream.concat(routes.stream(), Stream.of(spare)).toList();
    }

    /**
     * Starts the traffic, and has the faults come one by one, by the progress of the traffic. That
     * goes on during a fault, but no further than to the place of the next one, which is to fall
     * into traffic too: it waits until some has flowed again.
     */
    void endure(List<ReceiveFault> schedule) {
        try {
            endureAll(schedule);
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
            verdict.wrong(e.toString());
        }
    }

    private void endureAll(List<ReceiveFault> schedule) throws Exception {
        double share = (double) messages / (schedule.size() + 1);
        publisher.start();
        faults.publishToSpare();
        for (int i = 0; i < schedule.size(); i++) {
            double begin =
                    Math.max(
                            routes.size() * share * (i + 1),
                            processed() + routes.size() * share * FLOWING);
            publisher.allow((int) Math.ceil(share * (i + 2)));
            Eventually.value("messages worked on", PROGRESS, this::processed, n -> n >= begin);
            endure(schedule.get(i));
        }
        publisher.allow(messages);
        Eventually.value("all confirmed", PROGRESS, publisher::done, done -> done);
        awaitWorkedOn("the end");
        Eventually.value(
                "messages in queues, unacknowledged ones included",
                SETTLED,
                () -> Ctl.queues(broker),
                queues -> queues.stream().allMatch(queue -> queue.get(1).equals("0")));
        Eventually.value("prepared transactions", RESOLVED, database::prepared, n -> n == 0);
    }

    private int processed() throws IOException {
        publisher.done();
        int sum = 0;
        for (Route route : routes) {
            route.look();
            sum += route.processed();
        }
        return sum;
    }

    /**
     * One fault. It is over when the listeners have worked on everything that was confirmed until
     * its end, by themselves, and every queue has all of its consumers: the next fault must not
     * hide that something was stuck.
     */
    private void endure(ReceiveFault fault) throws Exception {
        log.faultBegun(fault.name());
        faults.run(fault);
        log.faultEnded(fault.name());
        long end = System.nanoTime();
        awaitWorkedOn(fault.name());
        Eventually.value(
                "consumers after " + fault,
                RECOVERY,
                faults::consumers,
                counts -> counts.stream().allMatch(count -> count == SESSIONS));
        verdict.recovered(fault, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - end));
    }

    private void awaitWorkedOn(String until) {
        for (Route route : all()) {
            BitSet before = route.open();
            Eventually.value(
                    route.name() + ": confirmed until " + until + ", and not worked on",
                    RECOVERY,
                    () -> {
                        route.look();
                        return route.left(before);
                    },
                    BitSet::isEmpty);
        }
    }

    /**
     * Ends everything and judges; when something went wrong before, too, because only the ledgers
     * can tell what is lost from what is stuck.
     */
    ReceiveVerdict finish() {
        try {
            publisher.close();
            server.stop();
            Eventually.value("connections of the server", proxy::connections, n -> n == 0);
            judge();
            return verdict;
        } catch (Exception | AssertionError e) {
            throw new AssertionError("no verdict: " + String.join("\n", verdict.wrong()), e);
        }
    }

    /** What an open consumer holds is in no queue: nobody may be connected any more. */
    private void judge() throws Exception {
        List<String> queues = Ctl.queues(broker).stream().map(row -> row.get(0)).toList();
        List<HeldMessage> held = BrokerContents.drain(broker.uri(), queues, SETTLED);
        for (Route route : all()) {
            List<HeldMessage> own = held.stream().filter(m -> route.owns(m.id())).toList();
            int wanted = route == spare ? 1 : messages;
            verdict.report(route.name(), wanted, route.ledger(faultLedger).reconcile(own, GRACE));
        }
        if (held.stream().anyMatch(m -> all().stream().noneMatch(r -> r.owns(m.id())))) {
            verdict.wrong("messages of nobody: " + held);
        }
        Path listener = routes.get(routes.size() - 1).received();
        verdict.rows(database.compare(listener, faultLedger), database.prepared());
    }

    @Override
    public void close() throws IOException {
        open.close();
    }
}
