package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.MqConnection;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a connection factory needs is there before its first publish, and again when it is lost. */
@Timeout(120)
class FactoryTopologyTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration IDLE = Duration.ofSeconds(1);

    private final String exchange = Bare.name("factory-exchange");
    private final String queue = Bare.name("factory-queue");
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private FakeTransactions transactions;
    private MqPublisher publisher;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        proxy = FaultProxy.to(Nodes.shared());
        rig =
                new Rig(proxy.port())
                        .with(a -> a.setLinkIdleTimeout(String.valueOf(IDLE.toMillis())))
                        .with(a -> a.setConnectTimeout("10000"))
                        .start();
        transactions = rig.container().transactions();
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private void use(String mode, Consumer<MqManagedConnectionFactory> settings) throws Exception {
        MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
        factory.setTopologyMode(mode);
        settings.accept(factory);
        publisher =
                Rig.connectionFactory(rig.container().pool(factory, 10))
                        .createPublisher(MqPublisherOptions.defaults());
    }

    /** An exchange and a queue that is bound to it. */
    private void useBoth() throws Exception {
        use(
                "DECLARE",
                f -> {
                    f.setExchanges(exchange + " type=topic");
                    f.setQueues(queue + " max-length=100");
                    f.setBindings(exchange + " -> " + queue + ": order.*");
                });
    }

    private interface Meanwhile {
        void run() throws Exception;
    }

    /** Cuts all links, and lets them back when all have noticed it and something was done. */
    private void cutWhile(Meanwhile meanwhile) throws Exception {
        proxy.refuse(true);
        proxy.cut();
        String port = String.valueOf(proxy.port());
        Until.holds("the loss", SOON, () -> !LinkBeans.states(port).contains("UP"));
        meanwhile.run();
        proxy.refuse(false);
    }

    private MqOutcome publish(String text) {
        return Rig.outcomeOf(publisher, exchange, "order.new", MqMessage.text(text));
    }

    private boolean exists(String name) throws IOException {
        try (Channel channel = bare.channel()) {
            channel.exchangeDeclarePassive(name);
            return true;
        } catch (IOException e) {
            assertTrue(e.getCause() instanceof ShutdownSignalException, e::toString);
            return false;
        } catch (TimeoutException e) {
            throw new IOException(e);
        }
    }

    @Test
    void theFirstPublishFindsAllOfIt() throws Exception {
        useBoth();
        assertEquals(MqOutcome.CONFIRMED, publish("first"));
        assertEquals(List.of("first"), bare.drain(queue));
        assertEquals(
                MqOutcome.RETURNED,
                Rig.outcomeOf(publisher, exchange, "other", MqMessage.text("not bound")));
    }

    @Test
    void aQueueThatOthersDeclareCanBeBound() throws Exception {
        String theirs = bare.queue("theirs");
        use(
                "DECLARE",
                f -> {
                    f.setExchanges(exchange + " type=headers");
                    f.setBindings(exchange + " -> " + theirs + ": [x-match=all, shop=north]");
                });
        MqMessage north = MqMessage.builder().body("north").header("shop", "north").build();
        assertEquals(MqOutcome.CONFIRMED, Rig.outcomeOf(publisher, exchange, "", north));
        assertEquals(List.of("north"), bare.drain(theirs));
    }

    @Test
    void afterAReconnectTheFirstPublishFindsAllOfItAgain() throws Exception {
        useBoth();
        assertEquals(MqOutcome.CONFIRMED, publish("before"));
        cutWhile(
                () -> {
                    bare.deleteExchange(exchange);
                    bare.deleteQueue(queue);
                });

        assertEquals(MqOutcome.CONFIRMED, publish("after"));
        assertEquals(List.of("after"), bare.drain(queue));
    }

    @Test
    void afterAReconnectItIsThereBeforeAnybodyPublishes() throws Exception {
        useBoth();
        assertEquals(MqOutcome.CONFIRMED, publish("before"));
        MqManagedConnectionFactory holder = new MqManagedConnectionFactory();
        MqConnection held = Rig.connectionFactory(rig.container().pool(holder, 1)).getConnection();
        cutWhile(() -> bare.deleteExchange(exchange));
        Until.holds("the exchange is back", SOON, () -> exists(exchange));
        held.close();
    }

    @Test
    void whatATransactionPublishesAfterItsCommitFindsAllOfItAgain() throws Exception {
        useBoth();
        transactions.begin();
        publisher.publish(exchange, "order.new", MqMessage.text("committed"));
        proxy.cut();
        bare.deleteExchange(exchange);
        bare.deleteQueue(queue);
        transactions.commit();
        Until.holds("the message", SOON, () -> exists(exchange) && bare.ready(queue) == 1);
    }

    @Test
    void whatSomebodyDeletesIsThereAgainSoonAfterAPublishWasReturnedOrRefused() throws Exception {
        useBoth();
        assertEquals(MqOutcome.CONFIRMED, publish("first"));
        bare.deleteQueue(queue);
        assertEquals(MqOutcome.RETURNED, publish("no queue"));
        Until.holds("bound again", SOON, () -> publish("again") == MqOutcome.CONFIRMED);
        assertEquals(List.of("again"), bare.drain(queue));

        bare.deleteExchange(exchange);
        assertNotEquals(MqOutcome.CONFIRMED, publish("no exchange"));
        Until.holds("declared again", SOON, () -> publish("once more") == MqOutcome.CONFIRMED);
        assertEquals(List.of("once more"), bare.drain(queue));
    }

    @Test
    void aRefusalIsToldOnceAndOthersPublishMeanwhile() throws Exception {
        String other = bare.queue("other");
        bare.channel().exchangeDeclare(exchange, BuiltinExchangeType.FANOUT, true);
        try (LogLines refused = new LogLines("cannot declare exchange '" + exchange + "'");
                LogLines mended = new LogLines("has all that it needs")) {
            use("DECLARE", f -> f.setExchanges(exchange + " type=topic"));
            assertEquals(
                    MqOutcome.CONFIRMED,
                    Rig.outcomeOf(publisher, "", other, MqMessage.text("meanwhile")));
            Until.holds("the refusal", SOON, () -> refused.count() == 1);
            assertTrue(
                    refused.lines().get(0).contains("inequivalent arg 'type'"),
                    refused.lines()::toString);
            bare.deleteExchange(exchange);
            Until.holds("declared", SOON, () -> mended.count() == 1);
            assertEquals(1, refused.count(), refused.lines()::toString);
        }
        // While it deletes an exchange, RabbitMQ ignores its declaration and answers as if it had
        // not: then a publish finds none, and it is declared once more.
        Until.holds(
                "the exchange",
                SOON,
                () -> {
                    boolean there = exists(exchange);
                    if (!there) {
                        publish("anybody?");
                    }
                    return there;
                });
    }

    @Test
    void aRefusalKeepsNoConnection() throws Exception {
        bare.channel().exchangeDeclare(exchange, BuiltinExchangeType.FANOUT, true);
        try (LogLines refused = new LogLines("cannot declare exchange '" + exchange + "'")) {
            MqManagedConnectionFactory factory = new MqManagedConnectionFactory();
            factory.setTopologyMode("DECLARE");
            factory.setExchanges(exchange + " type=topic");
            FakePool pool = rig.container().pool(factory, 1);
            Rig.connectionFactory(pool).getConnection().close();
            Until.holds("the refusal", SOON, () -> refused.count() == 1);
            pool.close();
            Until.holds("no connection", SOON, () -> proxy.connections() == 0);
        }
    }

    @Test
    void aVersionsOwnArgumentsDoNotMakeAQueueDifferent() throws Exception {
        bare.declare(queue, Map.of("x-queue-type", "quorum", "x-delivery-limit", 7));
        try (LogLines refused = new LogLines("cannot declare queue '" + queue + "'")) {
            use("DECLARE", f -> f.setQueues(queue));
            assertEquals(
                    MqOutcome.CONFIRMED, Rig.outcomeOf(publisher, "", queue, MqMessage.text("in")));
            cutWhile(() -> {});
            assertEquals(
                    MqOutcome.CONFIRMED,
                    Rig.outcomeOf(publisher, "", queue, MqMessage.text("in too")));
            assertEquals(0, refused.count(), refused.lines()::toString);
        }
    }

    @Test
    void passiveLooksAndMakesNothing() throws Exception {
        try (LogLines missing = new LogLines("cannot find exchange '" + exchange + "'")) {
            use("PASSIVE", f -> f.setBindings(exchange + " -> " + queue));
            assertNotEquals(MqOutcome.CONFIRMED, publish("lost"));
            Until.holds("told", SOON, () -> missing.count() == 1);
        }
        assertTrue(!exists(exchange));
    }
}
