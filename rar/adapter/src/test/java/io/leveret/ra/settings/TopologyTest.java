package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.settings.TopologySettings.Binding;
import io.leveret.ra.settings.TopologySettings.Exchange;
import io.leveret.ra.settings.TopologySettings.Queue;
import io.leveret.ra.settings.TopologySettings.QueueType;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Exchanges, queue options and bindings")
final class TopologyTest {

    private final Given given = new Given();

    @BeforeEach
    void declare() {
        given.bean(Setting.DESTINATION, "q").bean(Setting.TOPOLOGY_MODE, "declare");
    }

    private InboundSettings inbound() {
        SettingsReader reader = given.reader();
        InboundSettings inbound = reader.inbound();
        assertTrue(reader.problems().isEmpty(), () -> reader.problems().message("It"));
        return inbound;
    }

    private Queue queue(String options) {
        given.bean(Setting.QUEUE_OPTIONS, options);
        return inbound().topology().queue();
    }

    private String problems(Setting about) {
        SettingsReader reader = given.reader();
        reader.inbound();
        String message = reader.problems().message("It");
        assertEquals(List.of(about.property()), reader.problems().properties(), message);
        return message;
    }

    private void refused(Setting about, String value, String... parts) {
        given.bean(about, value);
        String message = problems(about);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> part + " in " + message);
        }
    }

    @Test
    @DisplayName("of exchanges: names, types, flags and typed arguments")
    void exchanges() {
        given.bean(
                Setting.EXCHANGES,
                "plain; orders type=topic;\n audit type=fanout durable=false auto-delete=true"
                        + " internal=true alternate-exchange=lost ;"
                        + "'a;b ''c''' type=x-consistent-hash"
                        + " [hash-header=user, n=5, minus=-5, on=true, t='5', u='true', v='']");
        assertEquals(
                List.of(
                        new Exchange("plain", "direct", true, false, false, Map.of()),
                        new Exchange("orders", "topic", true, false, false, Map.of()),
                        new Exchange(
                                "audit",
                                "fanout",
                                false,
                                true,
                                true,
                                Map.of("alternate-exchange", "lost")),
                        new Exchange(
                                "a;b 'c'",
                                "x-consistent-hash",
                                true,
                                false,
                                false,
                                Map.of(
                                        "hash-header",
                                        "user",
                                        "n",
                                        5L,
                                        "minus",
                                        -5L,
                                        "on",
                                        true,
                                        "t",
                                        "5",
                                        "u",
                                        "true",
                                        "v",
                                        ""))),
                inbound().topology().exchanges());
    }

    @Test
    @DisplayName("of bindings: several keys, no key, and what a headers exchange matches")
    void bindings() {
        given.bean(
                Setting.BINDINGS,
                "orders: order.*, payment.#, k:x=y ; audit; hdrs: [x-match=all, kind=a, n=1],"
                        + " [kind=b]; hash: 10; k: key [a=b], ''; 'c:d': e");
        assertEquals(
                List.of(
                        new Binding("orders", "order.*", Map.of()),
                        new Binding("orders", "payment.#", Map.of()),
                        new Binding("orders", "k:x=y", Map.of()),
                        new Binding("audit", "", Map.of()),
                        new Binding("hdrs", "", Map.of("x-match", "all", "kind", "a", "n", 1L)),
                        new Binding("hdrs", "", Map.of("kind", "b")),
                        new Binding("hash", "10", Map.of()),
                        new Binding("k", "key", Map.of("a", "b")),
                        new Binding("k", "", Map.of()),
                        new Binding("c:d", "e", Map.of())),
                inbound().topology().bindings());
    }

    @Test
    @DisplayName("of a queue: durable and quorum, unless only a classic one can be that")
    void queueTypes() {
        Queue usual = inbound().topology().queue();
        assertEquals(new Queue(QueueType.QUORUM, true, false, false, false, Map.of()), usual);
        for (String classic :
                List.of(
                        "durable=false",
                        "exclusive=true",
                        "auto-delete=true",
                        "mode=lazy",
                        "max-priority=9",
                        "overflow=reject-publish-dlx",
                        "type=classic")) {
            assertEquals(QueueType.CLASSIC, queue(classic).type(), classic);
        }
        assertTrue(queue("mode=lazy").lazy());
    }

    @Test
    @DisplayName("of a queue: each option is an argument of the right type")
    void queueArguments() {
        assertEquals(
                Map.of(
                        "x-max-length",
                        10L,
                        "x-max-length-bytes",
                        1_000_000_000_000L,
                        "x-message-ttl",
                        0L,
                        "x-expires",
                        60_000L,
                        "x-delivery-limit",
                        7L,
                        "x-overflow",
                        "reject-publish",
                        "x-single-active-consumer",
                        true,
                        "x-dead-letter-exchange",
                        "5",
                        "x-dead-letter-routing-key",
                        "true",
                        "x-dead-letter-strategy",
                        "at-least-once"),
                queue(
                                "max-length=10 max-length-bytes=1000000000000 message-ttl=0 expires=60000"
                                        + " delivery-limit=7 overflow=reject-publish"
                                        + " single-active-consumer=true dead-letter-exchange=5"
                                        + " dead-letter-routing-key=true"
                                        + " dead-letter-strategy=at-least-once")
                        .arguments());
        assertEquals(
                Map.of("x-max-priority", 9L, "x-custom", "5"),
                queue("type=classic max-priority=9 [x-custom='5']").arguments());
        assertEquals(Map.of(), queue("delivery-limit=-1").arguments(), "there is none anyway");
    }

    @Test
    @DisplayName("of a queue without a destination: the broker names it, for one consumer")
    void serverNamed() {
        given.bean(Setting.DESTINATION, null);
        assertTrue(problems(Setting.PARKING_QUEUE).contains("is required where the broker names"));
        given.bean(Setting.PARKING_QUEUE, "parked");
        InboundSettings inbound = inbound();
        assertEquals("", inbound.destination());
        assertEquals(
                new Queue(QueueType.CLASSIC, false, true, true, false, Map.of()),
                inbound.topology().queue());
        assertEquals(1, inbound.maxSession(), "another session may be on another connection");
        given.bean(Setting.MAX_SESSION, "2");
        assertTrue(problems(Setting.MAX_SESSION).contains("one connection"));
        given.bean(Setting.MAX_SESSION, null);
        refused(Setting.QUEUE_OPTIONS, "exclusive=false", "belongs to its consumer");
        given.bean(Setting.QUEUE_OPTIONS, null).bean(Setting.TOPOLOGY_MODE, "passive");
        assertTrue(problems(Setting.DESTINATION).contains("topologyMode=DECLARE"));
    }

    @Test
    @DisplayName("of an exclusive queue: one session")
    void exclusive() {
        assertTrue(queue("exclusive=true").exclusive());
        assertEquals(1, inbound().maxSession());
        assertTrue(inbound().topology().isTiedToConnection());
        given.bean(Setting.MAX_SESSION, "3");
        assertTrue(problems(Setting.MAX_SESSION).contains("use 1"));
        given.bean(Setting.MAX_SESSION, null);
        assertEquals(RetryMode.IN_PLACE, inbound().retry().mode());
        given.bean(Setting.RETRY_MODE, "LADDER");
        assertTrue(problems(Setting.RETRY_MODE).contains("goes with its consumer"));
    }

    @Test
    @DisplayName("give strictOrder a single active consumer, unless it is said otherwise")
    void strictOrder() {
        given.bean(Setting.STRICT_ORDER, "true");
        assertEquals(
                Map.of("x-single-active-consumer", true), inbound().topology().queue().arguments());
        assertEquals(
                Map.of("x-single-active-consumer", false),
                queue("single-active-consumer=false").arguments());
        given.bean(Setting.EXCLUSIVE_CONSUMER, "true").bean(Setting.QUEUE_OPTIONS, null);
        assertEquals(Map.of(), inbound().topology().queue().arguments(), "brokers refuse both");
        refused(Setting.QUEUE_OPTIONS, "single-active-consumer=true", "exclusiveConsumer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "durable=maybe|is no flag|use true or false",
                "durabel=true|'durabel' of the queue is no option|max-length",
                "max-length=many|out of range|0 to",
                "max-length=-1|out of range|0 to",
                "max-priority=256|out of range|1 to 255",
                "message-ttl=4294967296|out of range|0 to 4294967295",
                "overflow=block|out of range|drop-head, reject-publish",
                "type=lazy|unknown|classic, quorum, stream",
                "type=stream|does not consume streams|use type=quorum",
                "type=quorum exclusive=true|contradicts exclusive=true, durable=false|classic",
                "type=quorum durable=false|contradicts durable=false|classic",
                "type=quorum mode=lazy|contradicts mode=lazy|classic",
                "type=quorum max-priority=3|contradicts max-priority|classic",
                "type=classic delivery-limit=5|only quorum queues have delivery-limit|remove it",
                "dead-letter-routing-key=k|say where to nothing|dead-letter-exchange",
                "dead-letter-exchange=x dead-letter-strategy=at-least-once|overflow=reject-publish"
                        + "|set that too",
                "[x-queue-type=quorum]|is an option|use type",
                "[x-queue-master-locator=min-masters]|costs the connection|by a policy",
                "[x-queue-mode=lazy]|version|use mode=lazy",
                "max-length=1 [x-max-length=2]|twice|keep the option",
                "max-length=1 max-length=2|twice|write it as",
                "max-length|at character 1 has \"max-length\" where an option, as in|write it as",
                "max-length=|a value is expected|write it as",
                "[a=1|a comma or ] is expected|write it as",
                "[a]|as in x-match=all, is expected|write it as",
                "a='b|at character 3 a ' is not closed|write it as",
                "durable=true; durable=true|second queue|write it as",
            })
    @DisplayName("are refused where a broker would refuse them, or take and ignore them: queue")
    void badQueues(String options, String wrong, String fix) {
        refused(Setting.QUEUE_OPTIONS, options, wrong, fix);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a; a",
                "amq.topic",
                "''",
                "a durable=1",
                "a alternate=b",
                "a [x",
                "=b",
                "a b",
                "a:b"
            })
    @DisplayName("are refused where a broker would refuse them: exchanges")
    void badExchanges(String exchanges) {
        refused(Setting.EXCHANGES, exchanges, "exchanges (\"" + exchanges);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:", "a: b,", "a: b c", ": b", "'': b", "a: [", "a b"})
    @DisplayName("are refused where a broker would refuse them: bindings")
    void badBindings(String bindings) {
        refused(Setting.BINDINGS, bindings, "bindings (\"" + bindings);
    }

    @Test
    @DisplayName("are refused with names and keys that AMQP cannot carry")
    void longNames() {
        String name = "n".repeat(256);
        refused(Setting.EXCHANGES, name, "255 bytes");
        given.bean(Setting.EXCHANGES, null);
        refused(Setting.BINDINGS, "a: " + name, "255 bytes");
    }

    @Test
    @DisplayName("are not ignored in silence, but on purpose")
    void idle() {
        given.bean(Setting.TOPOLOGY_MODE, null).bean(Setting.BINDINGS, "a: b");
        assertTrue(problems(Setting.TOPOLOGY_MODE).contains("nobody looks at bindings"));
        given.adapter(Setting.TOPOLOGY_MODE, "NONE");
        assertNull(inbound().topology().queue());
        given.adapter(Setting.TOPOLOGY_MODE, "PASSIVE");
        assertEquals(TopologyMode.PASSIVE, inbound().topology().mode());
        assertNull(inbound().topology().queue());
    }

    @Test
    @DisplayName("are all read, so that one message lists all errors")
    void allErrors() {
        given.bean(Setting.QUEUE_OPTIONS, "durable=x max-length=y");
        given.bean(Setting.EXCHANGES, "amq.x");
        given.bean(Setting.BINDINGS, "a:");
        SettingsReader reader = given.reader();
        reader.inbound();
        assertEquals(
                List.of("bindings", "exchanges", "queueOptions"), reader.problems().properties());
        assertTrue(reader.problems().message("It").startsWith("It has 4 errors"));
    }

    // --- where the management API is ---

    private URI managementUrl() {
        return inbound().topology().checks().management();
    }

    @Test
    @DisplayName("name the management API next to the credentials that it is asked with")
    void management() {
        given.adapter(Setting.MANAGEMENT_URL, "http://localhost:15672/");
        assertEquals(URI.create("http://localhost:15672"), managementUrl(), "no slash at its end");
        given.bean(Setting.ADDRESSES, "other")
                .bean(Setting.USER_NAME, "u")
                .bean(Setting.PASSWORD, "p");
        assertNull(managementUrl(), "of another broker than the activation's");
        given.bean(Setting.MANAGEMENT_URL, "http://localhost:15672/");
        assertNull(managementUrl(), "a container's copy");
        given.bean(Setting.MANAGEMENT_URL, "https://other:15671/prefix");
        assertEquals(URI.create("https://other:15671/prefix"), managementUrl());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:15672", "http://u:p@h", "ftp://h", "http://h?a=b", "http:// h"})
    @DisplayName("refuse what is no address of a management API")
    void badManagement(String url) {
        refused(Setting.MANAGEMENT_URL, url, "without user", "broker set");
    }

    private FactoryTopology factoryTopology() {
        SettingsReader reader = given.reader();
        FactoryTopology topology = reader.factoryTopology();
        assertTrue(reader.problems().isEmpty(), () -> reader.problems().message("It"));
        return topology;
    }

    private void factoryRefuses(Setting about, String value, String part) {
        given.bean(about, value);
        SettingsReader reader = given.reader();
        reader.factoryTopology();
        String message = reader.problems().message("It");
        assertEquals(List.of(about.property()), reader.problems().properties(), message);
        assertTrue(message.contains(part), () -> part + " in " + message);
        given.bean(about, null);
    }

    @Test
    @DisplayName("of a connection factory: several queues, and bindings that name theirs")
    void ofAFactory() {
        given.bean(Setting.EXCHANGES, "shop type=topic")
                .bean(Setting.QUEUES, "orders max-length=5; 'the log' type=classic [x-a='1']")
                .bean(Setting.BINDINGS, "shop -> orders: order.*, pay.#; h -> 'the log': [k=a]");
        FactoryTopology topology = factoryTopology();
        assertEquals(
                List.of(
                        new FactoryTopology.NamedQueue(
                                "orders",
                                new Queue(
                                        QueueType.QUORUM,
                                        true,
                                        false,
                                        false,
                                        false,
                                        Map.of("x-max-length", 5L))),
                        new FactoryTopology.NamedQueue(
                                "the log",
                                new Queue(
                                        QueueType.CLASSIC,
                                        true,
                                        false,
                                        false,
                                        false,
                                        Map.of("x-a", "1")))),
                topology.queues());
        assertEquals(
                List.of(
                        new FactoryTopology.QueueBinding(
                                "orders", new Binding("shop", "order.*", Map.of())),
                        new FactoryTopology.QueueBinding(
                                "orders", new Binding("shop", "pay.#", Map.of())),
                        new FactoryTopology.QueueBinding(
                                "the log", new Binding("h", "", Map.of("k", "a")))),
                topology.bindings());
    }

    @Test
    @DisplayName("of a connection factory: what cannot be is refused")
    void ofAFactoryRefused() {
        factoryRefuses(Setting.QUEUES, "a; a", "twice");
        factoryRefuses(Setting.QUEUES, "a exclusive=true", "connection that publishes");
        factoryRefuses(Setting.QUEUES, "amq.x", "only the broker may give");
        factoryRefuses(Setting.QUEUES, "a type=quorum max-priority=3", "contradicts");
        factoryRefuses(Setting.QUEUES, "a durable", "durable=false");
        factoryRefuses(Setting.BINDINGS, "shop: order.*", "-> and the name of a queue");
        factoryRefuses(Setting.BINDINGS, "shop->orders", "-> and the name of a queue");
        given.bean(Setting.TOPOLOGY_MODE, null).bean(Setting.QUEUES, "a");
        factoryRefuses(Setting.TOPOLOGY_MODE, null, "nobody looks at queues");
    }
}
