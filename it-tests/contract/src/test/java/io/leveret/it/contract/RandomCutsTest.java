package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.it.broker.BrokerContents;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.LedgerReport;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.LinkMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four links of sixteen channels for publishing and as many for consuming, behind four proxies that
 * cut them at random: nothing is lost, and nothing is left over.
 */
@Timeout(900)
class RandomCutsTest {

    private static final boolean FULL = Boolean.getBoolean("leveret.it.full");
    private static final Duration CUTTING = FULL ? Duration.ofMinutes(10) : Duration.ofSeconds(10);
    private static final long SEED = 20_240_229;
    private static final int LINKS = 4;
    private static final int CHANNELS = 16;

    /** Most of the channels are held all the time, the others are for a publisher. */
    private static final int KEEPERS = 60;

    private static final int SHARERS = 4;

    /** Prints name and number of channels; rabbitmqctl itself does not tell that name. */
    private static final String CONNECTIONS =
            "[io:format(\"~s\\t~p~n\", [N, C]) || [{client_properties, P}, {channels, C}] <-"
                    + " rabbit_networking:connection_info_all([client_properties, channels]),"
                    + " {<<\"connection_name\">>, _, N} <- P], ok.";

    private static final String OUT = "cuts-out";
    private static final String IN = "cuts-in";
    private static final Duration SOON = Duration.ofSeconds(20);

    /**
     * Links that were cut too often may be in a longer back-off at the end, and those that are not
     * at their own address go back there.
     */
    private static final Duration SETTLED = Duration.ofSeconds(60);

    private static final String PROBE_MILLIS = "3000";

    private static final int MOST_MORE = 2;

    /** Of a connection through a proxy, in this process. */
    private static final int SOCKETS = 3;

    /** Threads that an adapter keeps: event loops, timer, and a worker or two between tasks. */
    private static final int IDLE = 8;

    private static final int FEW = 20;
    private static final long HEAP_SLACK = 6 << 20;

    private final ThreadLocal<LedgerLog.Delivery> delivery = new ThreadLocal<>();
    private final List<FaultProxy> proxies = new ArrayList<>();
    private Bare bare;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("cuts", Map.of("x-queue-type", "quorum"));
        for (int i = 0; i < LINKS; i++) {
            proxies.add(FaultProxy.to(Nodes.shared()));
        }
    }

    @AfterEach
    void tearDown() throws Exception {
        for (FaultProxy proxy : proxies) {
            proxy.close();
        }
        bare.close();
    }

    @Test
    void randomCutsLoseNothingAndLeaveNothingBehind(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("ledger");
        try (LedgerLog log = LedgerLog.open(file);
                Rig rig = rig();
                ManyChannels channels = new ManyChannels(rig, queue, log, KEEPERS, SHARERS, OUT)) {
            FakeEndpoints endpoints = rig.endpoints(message -> receive(log, message));
            endpoints.afterCommit(() -> log.processed(delivery.get(), true));
            MqActivationSpec spec = spec(rig);
            rig.container().activate(endpoints, spec);
            // A link may remember its last loss: each has one from the beginning.
            Until.holds("all links", SOON, () -> channels.keeping() == KEEPERS);
            log.faultBegun("first cuts");
            proxies.forEach(FaultProxy::cut);
            calm(channels);
            log.faultEnded("first cuts");
            Footprint before = Footprint.now();
            cut(log, channels);
            calm(channels);
            Footprint after = Footprint.settled(before, SETTLED, FEW, () -> more(channels));
            System.out.println("before: " + before + "\nafter:  " + after);
            checkBroker(channels);
            channels.stop();
            rig.container().deactivate(endpoints, spec);
            rig.assertContractKept();
            after.assertHeapLike(before, HEAP_SLACK);
            reconcile(file);
        }
    }

    private Rig rig() throws Exception {
        String addresses =
                proxies.stream()
                        .map(proxy -> "127.0.0.1:" + proxy.port())
                        .collect(Collectors.joining(","));
        return new Rig(proxies.get(0).port())
                .with(a -> a.setAddresses(addresses))
                .with(a -> a.setConnections(String.valueOf(LINKS)))
                .with(a -> a.setChannelsPerConnection(String.valueOf(CHANNELS)))
                .with(a -> a.setProbeInterval(PROBE_MILLIS))
                .start();
    }

    private MqActivationSpec spec(Rig rig) {
        MqActivationSpec spec = rig.spec(queue);
        spec.setMaxSession(String.valueOf(LINKS * CHANNELS));
        spec.setConnectionName(IN);
        return spec;
    }

    /**
     * A session that does not know yet that its connection is lost may work on its copy after
     * another session has seen the marked one: for the ledger, one marked copy marks them all.
     */
    private void receive(LedgerLog log, MqMessage message) {
        delivery.set(
                log.delivered(
                        message.messageId(), message.redelivered(), message.possibleDuplicate()));
    }

    /** All channels are open and busy; then publishing pauses until the queue is empty. */
    private void calm(ManyChannels channels) throws Exception {
        try {
            Until.holds("all connections", SETTLED, () -> channels.keeping() == KEEPERS);
            Until.holds("all sessions", SETTLED, () -> bare.consumers(queue) == LINKS * CHANNELS);
        } catch (AssertionError e) {
            tell(channels);
            throw new AssertionError(e.getMessage(), channels.refusal());
        }
        int known = channels.confirmed();
        Until.holds("traffic", SOON, () -> channels.confirmed() > known + 500);
        channels.pause(true);
        Until.holds("an empty queue", SOON, () -> bare.ready(queue) == 0);
        Until.holds("idle workers end", SETTLED, () -> Footprint.threads("leveret-") <= IDLE);
        channels.forgetErrors();
    }

    /** What adapter and broker have, when they should have the same. */
    private void tell(ManyChannels channels) throws Exception {
        System.out.println(OnBroker.look(channels) + ", consumers " + bare.consumers(queue));
        for (LinkMXBean link : LinkBeans.named("cuts-")) {
            System.out.printf(
                    Locale.ROOT,
                    "%s %s %s since %s, channels %d, last cause %s%n",
                    link.getName(),
                    link.getState(),
                    link.getAddress(),
                    link.getSince().toInstant(),
                    link.getChannels(),
                    link.getLastCause());
        }
        System.out.println(Nodes.shared().ctl("list_consumers", "channel_pid", "consumer_tag"));
        System.out.println(Nodes.shared().ctl("list_channels", "pid", "connection", "number"));
        System.out.println(Nodes.shared().ctl("list_connections", "pid", "client_properties"));
    }

    private void cut(LedgerLog log, ManyChannels channels) throws Exception {
        RandomFaults faults = new RandomFaults(SEED, proxies, () -> publishBadly(channels));
        channels.pause(false);
        log.faultBegun("random cuts");
        faults.run(CUTTING);
        log.faultEnded("random cuts");
        System.out.println(faults + ", seed " + SEED);
    }

    /** To an exchange that was proven and has gone: the broker closes a channel of all. */
    private void publishBadly(ManyChannels channels) throws Exception {
        String exchange = bare.exchange("gone", queue);
        MqMessage message = MqMessage.builder().body("to nobody").build();
        MqOutcome first = Rig.outcomeOf(channels.publisher(), exchange, "no such key", message);
        bare.deleteExchange(exchange);
        if (first == MqOutcome.RETURNED) {
            MqOutcome second = Rig.outcomeOf(channels.publisher(), exchange, "k", message);
            assertTrue(second != MqOutcome.CONFIRMED, "to an exchange that is gone");
        }
    }

    private int more(ManyChannels channels) {
        // Links go back to their own addresses meanwhile: each connection that moves is an error
        // for its pool, which remembers it.
        channels.forgetErrors();
        return socketsOfMoreLinks();
    }

    /**
     * A channel that is being opened or closed over a stalled link keeps its place, so that the
     * sessions may need a further link for a moment. It stays; it must not become many.
     */
    private int socketsOfMoreLinks() {
        int connections = proxies.stream().mapToInt(FaultProxy::connections).sum();
        return SOCKETS * Math.min(MOST_MORE + LINKS, Math.max(0, connections - 2 * LINKS));
    }

    /**
     * Four links each; every channel is one of a pool or a session, or the adapter's own. Links
     * that go home just then are seen in between.
     */
    private void checkBroker(ManyChannels channels) throws Exception {
        Until.holds(
                "the broker has what the adapter has",
                SOON,
                () -> {
                    OnBroker now = OnBroker.look(channels);
                    System.out.println(now);
                    return now.isAsItShould();
                });
    }

    /** Connections and channels by connection name, and how many connections the pools hold. */
    private record OnBroker(Map<String, Integer> links, Map<String, Integer> open, int pooled) {

        static OnBroker look(ManyChannels channels) {
            Map<String, Integer> open = new TreeMap<>();
            Map<String, Integer> links = new TreeMap<>();
            Nodes.shared()
                    .eval(CONNECTIONS)
                    .lines()
                    .filter(line -> line.startsWith("cuts-"))
                    .map(line -> line.split("[ \t]"))
                    .forEach(
                            line -> {
                                links.merge(line[0], 1, Integer::sum);
                                open.merge(line[0], Integer.valueOf(line[2]), Integer::sum);
                            });
            return new OnBroker(links, open, channels.channels());
        }

        boolean isAsItShould() {
            // A handle that is held keeps the connection that its link has left: one at most per
            // link.
            int left = links.get(OUT) - LINKS;
            int more = links.get(IN) - LINKS;
            int own = open.get(OUT) - pooled;
            return left >= 0
                    && left <= LINKS
                    && more >= 0
                    && more <= MOST_MORE
                    && open.get(IN) == LINKS * CHANNELS
                    && own >= 0
                    && own <= 1;
        }
    }

    /** All that the ledger knows of the first messages with a finding. */
    private static void tell(Path file, LedgerReport report) throws Exception {
        List<String> ids =
                report.examples().values().stream()
                        .flatMap(List::stream)
                        .map(example -> example.split(" ")[0])
                        .toList();
        for (String line : Files.readAllLines(file)) {
            if (ids.stream().anyMatch(id -> (line + " ").matches(".*\\b" + id + "\\b.*"))) {
                System.out.println(line);
            }
        }
    }

    private void reconcile(Path file) throws Exception {
        List<HeldMessage> held =
                BrokerContents.drain(Nodes.shared().uri(), List.of(queue), Duration.ofSeconds(20));
        LedgerReport report = Ledger.read(file).reconcile(held, Duration.ofSeconds(3));
        System.out.println(report);
        tell(file, report);
        assertEquals(0, report.lost(), report::toString);
        assertEquals(0, report.stuck(), report::toString);
        assertEquals(0, report.phantom(), report::toString);
        assertEquals(0, report.duplicatesUnexplained(), report::toString);
        assertTrue(report.confirmed() > 1_000, report::toString);
    }
}
