package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqException;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.MqTransactionMode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.FakeTransactions;
import io.leveret.it.container.PoolQuirk;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.TransactionSupport.TransactionSupportLevel;
import jakarta.transaction.RollbackException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a publish means where the connection is a resource of the transaction. */
@Timeout(60)
class LocalTransactionTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration LATER = Duration.ofSeconds(15);
    private static final Duration A_WHILE = Duration.ofMillis(300);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private FakeTransactions transactions;
    private FakePool pool;
    private MqConnectionFactory factory;
    private MqPublisher publisher;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("local");
        proxy = FaultProxy.to(Nodes.shared());
        rig = Rig.started(proxy.port());
        transactions = rig.container().transactions();
        pool = rig.container().pool(local(), 10);
        factory = Rig.connectionFactory(pool);
        publisher = factory.createPublisher(MqPublisherOptions.defaults());
    }

    private static MqManagedConnectionFactory local() {
        MqManagedConnectionFactory local = new MqManagedConnectionFactory();
        local.setTransactionMode("LOCAL");
        return local;
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void theFactoryReportsTheLevelThatItsModeNeeds() throws Exception {
        MqManagedConnectionFactory usual = new MqManagedConnectionFactory();
        assertEquals(TransactionSupportLevel.NoTransaction, usual.getTransactionSupport());
        assertEquals(TransactionSupportLevel.LocalTransaction, local().getTransactionSupport());
        Rig byDefault = new Rig(proxy.port()).with(a -> a.setTransactionMode("LOCAL")).start();
        try (byDefault) {
            // Asked before it knows the resource adapter, and again when it does.
            assertEquals(TransactionSupportLevel.NoTransaction, usual.getTransactionSupport());
            byDefault.container().pool(usual, 1);
            assertEquals(TransactionSupportLevel.LocalTransaction, usual.getTransactionSupport());
        }
    }

    @Test
    void theCommitPublishesInOrderWhateverTheWay() throws Exception {
        transactions.begin();
        publish("one");
        try (MqConnection handle = factory.getConnection()) {
            handle.publish("", queue, MqMessage.text("two"));
        }
        publisher.publishAll("", queue, List.of(MqMessage.text("three"), MqMessage.text("four")));
        CompletionStage<Void> five = publisher.publishAsync("", queue, MqMessage.text("five"));
        assertEquals(1, pool.used().size(), "all of one transaction over one connection");
        Until.never("a message before the commit", A_WHILE, () -> bare.ready(queue) > 0);

        transactions.commit();

        five.toCompletableFuture().get(5, TimeUnit.SECONDS);
        assertEquals(List.of("one", "two", "three", "four", "five"), bare.drain(queue));
        assertEquals(0, pool.used().size(), "back in the pool");
    }

    @Test
    void aRollbackPublishesNothing() throws Exception {
        transactions.begin();
        publish("rolled back");
        CompletionStage<Void> stage = publisher.publishAsync("", queue, MqMessage.text("too"));
        transactions.rollback();

        assertEquals(MqOutcome.NOT_SENT, failure(stage).outcome());
        transactions.begin();
        publish("marked");
        transactions.setRollbackOnly();
        assertThrows(MqPublishException.class, () -> publish("refused"));
        assertThrows(RollbackException.class, transactions::commit);

        transactions.begin();
        publish("the next transaction");
        transactions.commit();
        assertEquals(List.of("the next transaction"), bare.drain(queue));
    }

    @Test
    void whatTheBrokerGivesBackRollsTheTransactionBackAndSaysWhatStays() throws Exception {
        transactions.begin();
        publish("confirmed");
        publisher.publish("", "no-such-queue", MqMessage.text("returned"));
        try (LogLines log = new LogLines("rolls a transaction back")) {
            assertThrows(RollbackException.class, transactions::commit);
            assertEquals(1, log.count());
        }
        assertEquals(List.of("confirmed"), bare.drain(queue));
    }

    @Test
    void anExchangeThatIsMissingRollsTheTransactionBack() throws Exception {
        transactions.begin();
        publisher.publish("no-such-exchange", "key", MqMessage.text("refused"));
        publish("not written");
        assertThrows(RollbackException.class, transactions::commit);

        transactions.begin();
        publish("goes on");
        transactions.commit();
        assertTrue(bare.drain(queue).contains("goes on"));
    }

    @Test
    void aBrokerThatDoesNotAnswerRollsTheTransactionBackWithinThePublishTimeout() throws Exception {
        publish("opens the link");
        bare.drain(queue);
        transactions.begin();
        publish("unanswered");
        proxy.stall(Direction.UP, true);

        long start = System.nanoTime();
        assertThrows(RollbackException.class, transactions::commit);
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertTrue(took >= Rig.PUBLISH_TIMEOUT.toMillis() - 100, "gave up after ms: " + took);
        assertTrue(took < Rig.PUBLISH_TIMEOUT.toMillis() + 2_000, "held up for ms: " + took);
    }

    @Test
    void aConnectionThatIsLostMeanwhileRollsTheTransactionBack() throws Exception {
        transactions.begin();
        publish("lost");
        proxy.cut();
        Until.holds("the loss is known", SOON, () -> pool.size() == 0);

        assertThrows(MqPublishException.class, () -> publish("refused"));
        assertThrows(RollbackException.class, transactions::commit);

        Until.holds("a connection again", SOON, this::publishes);
        transactions.begin();
        publish("the next transaction");
        transactions.commit();
        assertFalse(bare.drain(queue).contains("lost"));
    }

    private boolean publishes() {
        try {
            publish("a probe");
            return true;
        } catch (MqException e) {
            return false;
        }
    }

    @Test
    void aTransactionThatTheReaperRollsBackPublishesNothing() throws Exception {
        Future<?> reaped = transactions.begin(Duration.ofSeconds(1));
        publish("before the reaper");
        reaped.get(5, TimeUnit.SECONDS);

        assertThrows(MqException.class, () -> publish("after the reaper"));
        assertThrows(RollbackException.class, transactions::commit);
        Until.never("a rolled back message", A_WHILE, () -> bare.ready(queue) > 0);
    }

    @Test
    void withoutATransactionItIsPublishedAtOnce() throws Exception {
        publish("now");
        assertEquals(List.of("now"), bare.drain(queue));
    }

    @Test
    void aPoolWithoutTransactionsIsFoundOutAndNothingIsLostSilently() throws Exception {
        FakePool wrong = rig.container().pool(local(), 10, PoolQuirk.IGNORES_TRANSACTION_SUPPORT);
        MqPublisher publishes =
                Rig.connectionFactory(wrong).createPublisher(MqPublisherOptions.defaults());
        transactions.begin();
        MqPublishException e =
                assertThrows(
                        MqPublishException.class,
                        () -> publishes.publish("", queue, MqMessage.text("nobody commits it")));
        assertTrue(e.getMessage().contains("LocalTransaction"), e.getMessage());
        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        transactions.rollback();
    }

    @Test
    void aPublisherMayNotContradictItsFactory() throws Exception {
        MqConnectionFactory usual = Rig.connectionFactory(rig.pool());
        assertRefused(factory, MqTransactionMode.AFTER_COMMIT);
        assertRefused(factory, MqTransactionMode.NONE);
        assertRefused(usual, MqTransactionMode.LOCAL);
        factory.createPublisher(with(MqTransactionMode.LOCAL));
        usual.createPublisher(with(MqTransactionMode.NONE));
        usual.createPublisher(with(MqTransactionMode.AFTER_COMMIT));
    }

    private static void assertRefused(MqConnectionFactory of, MqTransactionMode mode) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> of.createPublisher(with(mode)));
        assertTrue(e.getMessage().contains("transactionMode=" + mode), e.getMessage());
    }

    private static MqPublisherOptions with(MqTransactionMode mode) {
        return MqPublisherOptions.defaults().withTransactionMode(mode);
    }

    @Test
    void whatADestroyedConnectionOwedIsNotCommitted() throws ResourceException {
        transactions.begin();
        publish("owed");
        pool.used().get(0).destroy();
        assertThrows(RollbackException.class, transactions::commit);
    }

    @Test
    void aDeliveryIsAcknowledgedOnlyWhenItsTransactionHasPublished() throws Exception {
        String in = bare.queue("local-in");
        List<String> targets = List.of("no-such-queue", queue);
        Bean bean =
                new Bean(
                        m -> {
                            // The first run's transaction cannot commit, the repetition's can.
                            String target = targets.get(m.possibleDuplicate() ? 1 : 0);
                            publisher.publish("", target, MqMessage.text("published"));
                        });
        rig.consume(in, bean);
        bare.publish(in, "m");

        Until.holds("the message", LATER, () -> bare.ready(queue) == 1);
        Until.holds("the acknowledgement", LATER, () -> Nodes.unacknowledged(in) == 0);
        assertEquals(2, bean.count());
        assertTrue(bare.take(queue).getProps().getHeaders().containsKey("x-possible-duplicate"));
    }

    private static MqPublishException failure(CompletionStage<Void> stage) {
        ExecutionException e =
                assertThrows(
                        ExecutionException.class,
                        () -> stage.toCompletableFuture().get(5, TimeUnit.SECONDS));
        return (MqPublishException) e.getCause();
    }

    private void publish(String text) {
        publisher.publish("", queue, MqMessage.text(text));
    }
}
