package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.BrokerContents;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.contract.LinkStory.What;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.LedgerReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker with many users is killed and stays away: how often do all their links knock, and how
 * long does it take until all work again. Reconnect settings are the built-in ones.
 */
@Timeout(300)
class ReconnectStormTest {

    private static final boolean FULL = Boolean.getBoolean("leveret.it.full");
    private static final int TENANTS = FULL ? 50 : 10;
    private static final Duration OUTAGE = Duration.ofSeconds(FULL ? 60 : 5);
    private static final Duration STABLE = Duration.ofSeconds(3);
    private static final Path CHARTS = Path.of("target", "storm");

    /**
     * In the first 30 s of an outage a delay is drawn evenly up to 500 ms (reconnectInterval 250,
     * doubled once, then held): 250 ms in the mean, so 4 attempts per second and link.
     */
    private static final int EAGER_SECONDS = 30;

    private static final long NOTICED_MILLIS = 5_000;

    private static final double EAGER_RATE = 4;

    /** The first delay is drawn up to 250 ms only; and the loss itself falls into no interval. */
    private static final int EAGER_EXTRA = 3;

    /**
     * Then the bound doubles with each attempt: 1, 2, 4, 8, 16, 30 s, half of it in the mean. That
     * makes 5.5 attempts from 30 to 45 s and 1.1 from 45 to 60 s (by simulation), and one in 15 s
     * for ever after.
     */
    private static final double MOST_AFTER_30_S = 7;

    private static final double MOST_AFTER_45_S = 2;

    /** Lost, connected; the activation: subscription lost, consumes again. */
    private static final int LINES = 2;

    private final StringBuilder report = new StringBuilder();

    @Test
    void manyUsersOfABrokerThatWasAwayComeBackWithoutAStorm(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("ledger");
        try (BrokerNode node = BrokerNode.start()) {
            Tenants tenants = Tenants.create(node, TENANTS);
            try (LedgerLog log = LedgerLog.open(file);
                    LinkStory story = new LinkStory();
                    Rig rig = defaults(node.port());
                    TenantTraffic traffic = new TenantTraffic(rig, tenants, node.port(), log)) {
                traffic.start();
                Until.holds("traffic of all", Duration.ofSeconds(30), traffic::works);
                Until.passed(STABLE);
                outage(node, log, story, traffic);
                traffic.stopPublishing();
                Until.holds("empty queues", Duration.ofSeconds(30), () -> tenants.ready() == 0);
                rig.assertContractKept();
            }
            reconcile(file, tenants);
        } finally {
            System.out.println(report);
        }
    }

    /** Nothing is set but what says where the broker is, and that by factories and activations. */
    private static Rig defaults(int port) throws Exception {
        return new Rig(port)
                .with(a -> a.setAddresses(null))
                .with(a -> a.setHeartbeat(null))
                .with(a -> a.setConnectTimeout(null))
                .with(a -> a.setRpcTimeout(null))
                .with(a -> a.setPublishTimeout(null))
                .with(a -> a.setReconnectInterval(null))
                .start();
    }

    private void outage(BrokerNode node, LedgerLog log, LinkStory story, TenantTraffic traffic)
            throws Exception {
        int lines = story.shown().size();
        log.faultBegun("kill");
        node.kill();
        long killed = System.currentTimeMillis();
        List<Long> knocks;
        try (ShutDoor door = new ShutDoor(node.port())) {
            Until.passed(OUTAGE);
            knocks = door.knocks();
        }
        long launched = System.currentTimeMillis();
        traffic.mark();
        node.launch();
        long answerNanos = node.awaitAccepting(Duration.ofSeconds(60));
        long answered = System.currentTimeMillis();
        Until.holds(
                "all at work again: " + traffic.publishing() + ", " + traffic.consuming(),
                Duration.ofSeconds(90),
                traffic::works);
        long works = System.currentTimeMillis();
        log.faultEnded("kill");
        int connected = story.events(What.CONNECTED, launched, works).size();
        Until.holds( // it writes with a delay
                "the broker's log of " + connected + " connections",
                Duration.ofSeconds(10),
                () -> accepted(node, launched, works).size() >= connected);
        List<Long> accepted = accepted(node, launched, works);
        List<Long> refused = times(story.events(What.REFUSED, killed, works));
        chart(killed, answered, works, refused, accepted);
        say(
                "publishers all confirmed %5d ms after the broker's first answer", //
                TimeUnit.NANOSECONDS.toMillis(traffic.lastConfirm() - answerNanos));
        say(
                "activations all received %5d ms after the broker's first answer",
                TimeUnit.NANOSECONDS.toMillis(traffic.lastDelivery() - answerNanos));
        List<String> shown = story.shown().subList(lines, story.shown().size());
        long links = links(story, killed, launched).size();
        // Those too that were started at the return.
        long told =
                Stream.of(What.values())
                        .flatMap(what -> story.events(what, killed, works).stream())
                        .map(LinkStory.Event::link)
                        .distinct()
                        .count();
        say("%d log lines for %d links and %d activations", shown.size(), told, TENANTS);
        judgeHonesty(story, knocks, killed, launched, links);
        judgeRates(story, killed, launched, links);
        assertTrue(
                shown.size() <= LINES * (told + TENANTS),
                () -> shown.size() + " lines:\n" + String.join("\n", shown));
        // Once per link; the test's own knock is one more.
        say("%d connections accepted at the return for %d links", accepted.size(), links);
        assertTrue(accepted.size() <= links + links / 5 + 1, accepted.size() + " accepted");
    }

    /** What the adapter tells of its attempts is what the port has seen. */
    private void judgeHonesty(
            LinkStory story, List<Long> knocks, long killed, long launched, long links) {
        int told = story.events(What.REFUSED, killed, launched).size();
        say("%d attempts told, %d seen at the port while it was shut", told, knocks.size());
        // Those on their way at either end, and those before the door was in its place.
        assertEquals(knocks.size(), told, 2.0 * links, report::toString);
    }

    private void judgeRates(LinkStory story, long killed, long launched, long links) {
        double seconds = Math.min(EAGER_SECONDS, (launched - killed) / 1_000.0);
        long eagerEnd = killed + (long) (seconds * 1_000);
        double eager = perLink(story, killed, eagerEnd, links);
        say("attempts per link and second in the first %.0f s: %.2f", seconds, eager / seconds);
        assertTrue(eager <= 1.05 * EAGER_RATE * seconds + EAGER_EXTRA, report::toString);
        // Six standard deviations of a renewal process with these delays.
        double most = EAGER_RATE * seconds + EAGER_EXTRA + 6 * 1.16 * Math.sqrt(seconds);
        links(story, killed, eagerEnd)
                .forEach(
                        (link, count) -> {
                            assertTrue(count <= most, () -> link + ": " + count);
                            // Its own outage begins when it notices: later on a busy machine.
                            double own = (eagerEnd - noticed(story, link, killed)) / 1_000.0;
                            assertTrue(count >= own - 1, () -> link + " gave up: " + count);
                        });
        if (FULL) {
            // The outage begins for a link when it notices: on a busy machine a second later.
            long noticed =
                    story.events(What.LOST, killed, killed + NOTICED_MILLIS).stream()
                            .mapToLong(LinkStory.Event::millis)
                            .max()
                            .orElse(killed);
            double after30 = perLink(story, noticed + 30_000, noticed + 45_000, links);
            double after45 = perLink(story, noticed + 45_000, noticed + 60_000, links);
            say("the last link noticed after %d ms", noticed - killed);
            say("attempts per link from 30 to 45 s: %.2f, 45 to 60 s: %.2f", after30, after45);
            assertTrue(after30 <= MOST_AFTER_30_S, report::toString);
            assertTrue(after45 <= MOST_AFTER_45_S, report::toString);
        }
    }

    private static long noticed(LinkStory story, String link, long killed) {
        return story.events(What.LOST, killed, killed + NOTICED_MILLIS).stream()
                .filter(event -> event.link().equals(link))
                .mapToLong(LinkStory.Event::millis)
                .max()
                .orElse(killed);
    }

    private static double perLink(LinkStory story, long from, long to, long links) {
        return (double) story.events(What.REFUSED, from, to).size() / links;
    }

    /** The links that tried, with the number of their attempts. */
    private static Map<String, Long> links(LinkStory story, long from, long to) {
        return story.events(What.REFUSED, from, to).stream()
                .collect(Collectors.groupingBy(LinkStory.Event::link, Collectors.counting()));
    }

    private static List<Long> times(List<LinkStory.Event> events) {
        return events.stream().map(LinkStory.Event::millis).toList();
    }

    /** When the broker itself says that it accepted connections, ms of the epoch. */
    private static List<Long> accepted(BrokerNode node, long from, long to) throws IOException {
        List<Long> times = new ArrayList<>();
        try (Stream<Path> logs = Files.list(node.folder().resolve("node").resolve("log"))) {
            logs.filter(path -> path.toString().endsWith(".log"))
                    .map(ReconnectStormTest::lines)
                    .flatMap(Function.identity())
                    .filter(line -> line.contains(" accepting AMQP connection "))
                    .map(line -> line.substring(0, line.indexOf(" [")).replace(' ', 'T'))
                    .mapToLong(at -> OffsetDateTime.parse(at).toInstant().toEpochMilli())
                    .filter(at -> at >= from && at < to)
                    .forEach(times::add);
        }
        return times;
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void chart(
            long killed, long answered, long works, List<Long> refused, List<Long> accepted)
            throws IOException {
        int seconds = (int) ((works - killed) / 1_000) + 1;
        int[] tries = StormChart.perSecond(refused, killed, seconds);
        int[] successes = StormChart.perSecond(accepted, killed, seconds);
        int peak = Arrays.stream(tries).max().orElse(0);
        int peakAccepted = Arrays.stream(successes).max().orElse(0);
        say("refused per second: %s", Arrays.toString(tries));
        say("accepted per second: %s", Arrays.toString(successes));
        say("peak %d refused/s, %d accepted/s at the return", peak, peakAccepted);
        String title =
                String.format(
                        Locale.ROOT,
                        "%d factories and %d activations with users and virtual hosts of their"
                                + " own, outage of %d s: peak %d/s, at the return %d/s",
                        TENANTS,
                        TENANTS,
                        OUTAGE.toSeconds(),
                        peak,
                        peakAccepted);
        Path file = CHARTS.resolve("reconnect-storm-" + TENANTS + ".svg");
        new StormChart(title, killed, works + 5_000)
                .write(file, refused, accepted, answered, works);
        say("chart: %s", file);
    }

    private void say(String form, Object... values) {
        report.append(String.format(Locale.ROOT, form, values)).append('\n');
    }

    private void reconcile(Path file, Tenants tenants) throws Exception {
        List<HeldMessage> held = new ArrayList<>();
        for (Tenants.Tenant tenant : tenants.all()) {
            held.addAll(
                    BrokerContents.drain(
                            tenants.uri(tenant), List.of(tenant.queue()), Duration.ofSeconds(10)));
        }
        LedgerReport ledger = Ledger.read(file).reconcile(held, Duration.ofSeconds(3));
        report.append(ledger);
        assertEquals(0, ledger.lost(), ledger::toString);
        assertEquals(0, ledger.stuck(), ledger::toString);
        assertEquals(0, ledger.phantom(), ledger::toString);
        assertEquals(0, ledger.duplicatesUnexplained(), ledger::toString);
        assertTrue(ledger.confirmed() > 100, ledger::toString);
    }
}
