package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.container.FakePool;
import io.leveret.ra.inbound.MqActivationSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A channel that the broker closes costs itself only: not its link, not the channels beside it, and
 * nothing that stays.
 */
@Timeout(120)
class ChannelFailureTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int FAILURES = 1_000;
    private static final int WARM_UP = 100;
    private static final long MEGABYTE = 1L << 20;

    private Bare bare;
    private String queue;
    private Rig rig;
    private FakePool pool;
    private MqConnectionFactory factory;
    private MqPublisher publisher;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("channels");
        // One link for each purpose: whatever hits the link hits everybody.
        rig =
                new Rig(Nodes.shared().port())
                        .with(a -> a.setConnections("1"))
                        .with(a -> a.setReconnectMaxInterval("300"))
                        // What is measured here is not how fast a busy machine is.
                        .with(a -> a.setPublishTimeout("20000"))
                        .with(a -> a.setConnectTimeout("20000"))
                        .with(a -> a.setRpcTimeout("20000"))
                        .start();
        pool = rig.pool();
        factory = Rig.connectionFactory(pool);
        publisher = factory.createPublisher(MqPublisherOptions.defaults());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        bare.close();
        rig.assertContractKept();
    }

    /** One way to make the broker close a channel. */
    private interface Fault {
        void now() throws Exception;
    }

    private static MqMessage text(String text) {
        return MqMessage.text(text);
    }

    private MqPublishException refused(String exchange, String key, MqMessage message) {
        MqPublishException e =
                assertThrows(
                        MqPublishException.class, () -> publisher.publish(exchange, key, message));
        assertNotEquals(MqOutcome.NOT_SENT, e.outcome(), e::getMessage);
        return e;
    }

    /** 404 on the channel that exchanges are proven on. */
    private void toAMissingExchange() {
        MqPublishException e = refused(Bare.name("missing"), queue, text("x"));
        assertEquals(MqOutcome.RETURNED, e.outcome(), e::getMessage);
        assertTrue(e.getMessage().contains("404"), e::getMessage);
    }

    /** 404 on a channel of the pool: the exchange was known, and is gone. */
    private void toADeletedExchange() throws Exception {
        String exchange = bare.exchange("deleted", queue);
        publisher.publish(exchange, queue, text("proves it"));
        bare.deleteExchange(exchange);
        MqPublishException e = refused(exchange, queue, text("x"));
        assertTrue(e.getMessage().contains("404"), e::getMessage);
    }

    /** 406 on a channel of the pool: a user that the broker does not believe. */
    private void asSomebodyElse() {
        MqMessage message = MqMessage.builder().userId("somebody-else").body("x").build();
        MqPublishException e = refused("", queue, message);
        assertTrue(e.getMessage().contains("406"), e::getMessage);
    }

    /** 404 on a consuming channel: its queue is missing. */
    private void consumingFromAMissingQueue() throws Exception {
        String missing = Bare.name("missing-queue");
        try (LogLines log = new LogLines("cannot consume from queue '" + missing + "'")) {
            MqActivationSpec spec = rig.spec(missing);
            FakeEndpoints endpoints = rig.endpoints(new Bean());
            rig.container().activate(endpoints, spec);
            Until.holds("the refusal", SOON, () -> log.count() > 0);
            rig.container().deactivate(endpoints, spec);
        }
    }

    /** The adapter's connections as the broker knows them: each has a process of its own. */
    private static Set<String> links() {
        Set<String> links = new TreeSet<>();
        Nodes.shared()
                .ctl("list_connections", "--no-table-headers", "pid", "name")
                .lines()
                .filter(line -> !line.isBlank())
                .forEach(links::add);
        return links;
    }

    private String consumersChannel() {
        return Nodes.shared()
                .ctl("list_consumers", "--no-table-headers", "queue_name", "channel_pid")
                .lines()
                .filter(line -> line.startsWith(queue + "\t"))
                .findFirst()
                .orElse("none");
    }

    @Test
    void aClosedChannelDisturbsNeitherItsLinkNorTheChannelsBesideIt() throws Exception {
        Bean bean = new Bean();
        rig.consume(queue, bean);
        MqConnection held = factory.getConnection();
        held.publish("", queue, text("held 0"));
        Until.holds("the consumer", SOON, () -> bean.count() == 1);
        Set<String> links = links();
        String consuming = consumersChannel();
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<List<String>>> neighbours = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String name = "neighbour " + i + " ";
            neighbours.add(threads.submit(() -> publishOnTheirOwn(name, stop)));
        }

        for (int i = 0; i < 10; i++) {
            List<Fault> faults =
                    List.of(
                            this::toAMissingExchange,
                            this::toADeletedExchange,
                            this::asSomebodyElse,
                            this::consumingFromAMissingQueue);
            faults.get(i % faults.size()).now();
            held.publish("", queue, text("held " + (i + 1)));
        }
        stop.set(true);
        Set<String> sent = new HashSet<>();
        for (Future<List<String>> neighbour : neighbours) {
            sent.addAll(neighbour.get(10, TimeUnit.SECONDS)); // throws when one was not confirmed
        }
        threads.shutdown();
        assertTrue(sent.size() > 30, () -> "the neighbours were held up: " + sent.size());

        Until.holds("everything has arrived", SOON, () -> bean.texts().containsAll(sent));
        assertTrue(bean.texts().contains("held 10"));
        assertEquals(
                List.of(),
                bean.seen().stream().filter(Bean.Seen::redelivered).toList(),
                "nothing came twice");
        assertEquals(consuming, consumersChannel(), "the consumer is the same");
        assertEquals(links, links(), "the links are the same");
        held.close();
    }

    /** Publishes on handles of its own until told to stop; every one has to be confirmed. */
    private List<String> publishOnTheirOwn(String name, AtomicBoolean stop) {
        List<String> sent = new ArrayList<>();
        try (MqConnection handle = factory.getConnection()) {
            while (!stop.get()) {
                String text = name + sent.size();
                handle.publish("", queue, text(text));
                sent.add(text);
            }
        }
        return sent;
    }

    @Test
    void aThousandClosedChannelsLeaveNothingBehind() throws Exception {
        fail(WARM_UP);
        Set<String> links = links();
        long threads = threads();
        long files = openFiles();
        long heap = heap();

        fail(FAILURES);

        assertEquals(links, links(), "the links are the same");
        Until.holds("no thread too many", Duration.ofSeconds(15), () -> threads() <= threads);
        Until.holds("no file or socket too many", SOON, () -> openFiles() <= files);
        long grown = heap() - heap;
        assertTrue(grown < 2 * MEGABYTE, () -> "the heap grew by " + grown + " bytes");
        Until.holds("no channel too many", SOON, () -> channels() <= pool.size() + 2);
        assertEquals(MqOutcome.CONFIRMED, Rig.outcomeOf(publisher, "", queue, text("works again")));
    }

    /** Nine in ten on the channel that exchanges are proven on, the others on those of the pool. */
    private void fail(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            switch (i % 20) {
                case 0 -> toADeletedExchange();
                case 10 -> asSomebodyElse();
                default -> toAMissingExchange();
            }
        }
        bare.drain(queue);
    }

    private static long threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    /** What is reachable, after collections have been asked for. */
    private static long heap() throws Exception {
        long[] least = {Long.MAX_VALUE};
        for (int i = 0; i < 4; i++) {
            System.gc();
            System.runFinalization();
            long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            least[0] = Math.min(least[0], used);
        }
        return least[0];
    }

    /** All channels that the broker has, the test's own among them. */
    private static long channels() {
        return Nodes.shared()
                .ctl("list_channels", "--no-table-headers", "pid")
                .lines()
                .filter(line -> !line.isBlank())
                .count();
    }
}
