package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** topologyMode=DECLARE makes what is missing, at every subscribe, as the settings say. */
@Timeout(120)
class DeclaredTopologyTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** More failed attempts than RabbitMQ 4 allows a quorum queue that nobody has asked. */
    private static final int MANY = 30;

    private final BrokerNode node = Nodes.shared();
    private final Bean bean = new Bean();
    private final String queue = Bare.name("declared");
    private final String exchange = Bare.name("exchange");
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private Connection client;
    private Channel channel;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(node.port());
        client = Bare.factory(node.port()).newConnection("topology test");
        channel = client.createChannel();
        proxy = FaultProxy.to(node);
        rig = Rig.started(proxy.port());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        client.abort(2_000);
        bare.close();
        rig.assertContractKept();
    }

    private MqActivationSpec spec() {
        MqActivationSpec spec = rig.spec(queue);
        spec.setTopologyMode("DECLARE");
        return spec;
    }

    /** Activates with one session and waits until it consumes. */
    private void consume(Consumer<MqActivationSpec> settings) throws Exception {
        MqActivationSpec spec = spec();
        settings.accept(spec);
        rig.container().activate(rig.endpoints(bean), spec);
        awaitConsuming();
    }

    private void awaitConsuming() throws Exception {
        Until.holds("consumes", SOON, () -> rig.activation().getState().equals("CONSUMING"));
    }

    private void publish(String to, String key, Map<String, Object> headers, String text)
            throws Exception {
        AMQP.BasicProperties properties =
                MessageProperties.PERSISTENT_TEXT_PLAIN.builder().headers(headers).build();
        channel.basicPublish(to, key, properties, text.getBytes(StandardCharsets.UTF_8));
    }

    /** What the broker shows of one thing, without what its versions write differently. */
    private String shown(String name, String... list) {
        return node.ctl(list)
                .lines()
                .filter(line -> line.startsWith(name + "\t"))
                .map(line -> line.replace("\"", ""))
                .findFirst()
                .orElse("nothing");
    }

    private String arguments() {
        return shown(queue, "list_queues", "name", "arguments");
    }

    @Test
    void exchangesQueueAndBindingsAreMade() throws Exception {
        String headers = Bare.name("headers");
        String unrouted = Bare.name("unrouted");
        consume(
                s -> {
                    s.setExchanges(
                            exchange
                                    + " type=topic alternate-exchange="
                                    + unrouted
                                    + "; "
                                    + headers
                                    + " type=headers durable=false; "
                                    + unrouted
                                    + " type=fanout internal=true");
                    s.setBindings(
                            exchange
                                    + ": order.*, payment.#; "
                                    + headers
                                    + ": [x-match=all, kind=a, n=1]; "
                                    + unrouted);
                });
        publish(exchange, "order.new", Map.of(), "by key");
        publish(exchange, "payment.a.b", Map.of(), "by another key");
        publish(headers, "", Map.of("kind", "a", "n", 1L), "by headers");
        publish(headers, "", Map.of("kind", "a", "n", 2L), "by no header");
        publish(exchange, "nobody", Map.of(), "by the alternate exchange");
        Until.holds("all that is bound", SOON, () -> bean.count() == 4);
        assertEquals(
                List.of("by key", "by another key", "by headers", "by the alternate exchange"),
                bean.texts());
        assertEquals(
                headers + "\theaders\tfalse",
                shown(headers, "list_exchanges", "name", "type", "durable"));
    }

    @Test
    void aQueueHasWhatItsOptionsSay() throws Exception {
        consume(
                s ->
                        s.setQueueOptions(
                                "max-length=1000 max-length-bytes=1000000 message-ttl=600000"
                                        + " expires=3600000 overflow=reject-publish"
                                        + " single-active-consumer=true dead-letter-exchange=''"
                                        + " dead-letter-routing-key=5"
                                        + " dead-letter-strategy=at-least-once [x-other='7']"));
        // The broker compares every argument that it knows with those of a second declaration.
        Map<String, Object> same = new HashMap<>();
        same.put("x-queue-type", "quorum");
        same.put("x-max-length", 1_000);
        same.put("x-max-length-bytes", 1_000_000);
        same.put("x-message-ttl", 600_000);
        same.put("x-expires", 3_600_000);
        same.put("x-overflow", "reject-publish");
        same.put("x-single-active-consumer", true);
        same.put("x-dead-letter-exchange", "");
        same.put("x-dead-letter-routing-key", "5");
        same.put("x-dead-letter-strategy", "at-least-once");
        if (!node.version().startsWith("3.")) {
            same.put("x-delivery-limit", -1);
        }
        channel.queueDeclare(queue, true, false, false, same);
        assertTrue(arguments().contains("x-other,7"), this::arguments);
    }

    @Test
    void itIsMadeAgainWhenSomebodyHasDeletedIt() throws Exception {
        consume(
                s -> {
                    s.setExchanges(exchange);
                    s.setBindings(exchange + ": k");
                });
        bare.deleteExchange(exchange);
        bare.deleteQueue(queue);
        Until.holds("all is there again", SOON, () -> isRouted("after deletion"));
        proxy.cut();
        bare.deleteExchange(exchange);
        Until.holds("all is there again", SOON, () -> isRouted("after a cut"));
    }

    /** Publishes until it arrives: a publish to an exchange that is missing costs its channel. */
    private boolean isRouted(String text) throws Exception {
        try (Channel fresh = client.createChannel()) {
            fresh.exchangeDeclarePassive(exchange);
            fresh.basicPublish(exchange, "k", null, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException | ShutdownSignalException e) {
            return false; // not there yet
        }
        return bean.texts().contains(text);
    }

    @Test
    void aTransientQueueIsMadeOverAConnectionOfItsOwn() throws Exception {
        consume(s -> s.setQueueOptions("durable=false"));
        publish("", queue, Map.of(), "m");
        Until.holds("the message", SOON, () -> bean.count() == 1);
        assertTrue(shown(queue, "list_queues", "name", "durable").endsWith("false"));
        assertEquals(2, proxy.accepted(), "connections");
    }

    @Test
    void anExchangeOfATypeThatAPlugInBringsIsMade() throws Exception {
        try (BrokerNode plugged =
                        BrokerNode.start(
                                BrokerOptions.defaults()
                                        .withPlugins("rabbitmq_consistent_hash_exchange"));
                Rig there = Rig.started(plugged.port());
                Connection publisher = Bare.factory(plugged.port()).newConnection("publisher")) {
            MqActivationSpec spec = spec();
            spec.setExchanges(exchange + " type=x-consistent-hash [hash-header=user]");
            spec.setBindings(exchange + ": 10");
            there.container().activate(there.endpoints(bean), spec);
            Until.holds("consumes", SOON, () -> there.activation().getState().equals("CONSUMING"));
            publisher
                    .createChannel()
                    .basicPublish(
                            exchange,
                            "",
                            new AMQP.BasicProperties.Builder().headers(Map.of("user", "u")).build(),
                            new byte[1]);
            Until.holds("the message", SOON, () -> bean.count() == 1);
            there.assertContractKept();
        }
    }

    @Test
    void strictOrderMakesASingleActiveConsumer() throws Exception {
        consume(
                s -> {
                    s.setStrictOrder("true");
                    s.setPrefetch(null);
                });
        assertTrue(arguments().contains("x-single-active-consumer,true"), this::arguments);
    }

    @Test
    void lazyIsAskedForWhereItMakesADifference() throws Exception {
        consume(s -> s.setQueueOptions("mode=lazy"));
        boolean asks = node.version().startsWith("3.10.");
        assertEquals(asks, arguments().contains("x-queue-mode,lazy"), this::arguments);
    }

    // --- no delivery limit ---

    /** Fails the one message of a queue again and again; counts how often it comes. */
    private int attempts(String of) throws Exception {
        channel.confirmSelect();
        channel.basicPublish("", of, MessageProperties.PERSISTENT_BASIC, new byte[1]);
        assertTrue(channel.waitForConfirms(10_000));
        int attempts = 0;
        while (attempts < MANY) {
            GetResponse next = channel.basicGet(of, false);
            if (next == null && bare.ready(of) == 0) {
                // Returned a moment ago, it may be nowhere: look until it is gone for good.
                if (!comesBack(of)) {
                    return attempts;
                }
            } else if (next != null) {
                channel.basicReject(next.getEnvelope().getDeliveryTag(), true);
                attempts++;
            }
        }
        return attempts;
    }

    private boolean comesBack(String of) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        while (System.nanoTime() < end) {
            if (bare.ready(of) > 0) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aQuorumQueueDropsNothingHoweverOftenItFails() throws Exception {
        MqActivationSpec spec = spec();
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        awaitConsuming();
        rig.container().deactivate(endpoints, spec);
        assertEquals(MANY, attempts(queue));
    }

    /** Why the arguments depend on the version: what each broker makes of them. */
    @Test
    void whatBrokersMakeOfDeliveryLimits() throws Exception {
        boolean old = node.version().startsWith("3.");
        String plain = bare.queue("plain", Map.of("x-queue-type", "quorum"));
        String unlimited =
                bare.queue("unlimited", Map.of("x-queue-type", "quorum", "x-delivery-limit", -1));
        assertEquals(old ? MANY : 21, attempts(plain), "without the argument");
        assertEquals(old ? 1 : MANY, attempts(unlimited), "with x-delivery-limit=-1");
        if (!old) {
            node.ctl(
                    "set_policy",
                    queue,
                    "^" + queue + "$",
                    "{\"delivery-limit\":-1}",
                    "--apply-to",
                    "queues");
            bare.declare(queue, Map.of("x-queue-type", "quorum"));
            assertEquals(MANY, attempts(queue), "with that as a policy");
        }
    }

    @Test
    void aQueueThatAnOlderBrokerMadeIsTakenAsItIs() throws Exception {
        bare.declare(queue, Map.of("x-queue-type", "quorum"));
        consume(s -> {});
        bare.publish(queue, "m");
        Until.holds("the message", SOON, () -> bean.count() == 1);
        assertFalse(arguments().contains("x-delivery-limit"), this::arguments);
    }

    @Test
    void aQueueWithALimitOfItsOwnIsTakenAsItIs() throws Exception {
        bare.declare(queue, Map.of("x-queue-type", "quorum", "x-delivery-limit", 50));
        consume(s -> {});
        bare.publish(queue, "m");
        Until.holds("the message", SOON, () -> bean.count() == 1);
        assertTrue(arguments().contains("x-delivery-limit,50"), this::arguments);
    }
}
