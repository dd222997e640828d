package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.FakeTransactions;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.SecurityException;
import jakarta.resource.spi.security.PasswordCredential;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.security.auth.Subject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

@DisplayName("Sign-on: several users in one pool")
class SignOnTest {

    private static final String ANNA = "anna";
    private static final String BERT = "bert";

    private static BrokerNode broker;
    private static String annas;
    private static String berts;
    private static String queue;

    private Rig rig;
    private String own;
    private FakePool pool;
    private MqConnectionFactory factory;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = BrokerNode.start();
        annas = Secrets.fresh("Anna's password");
        berts = Secrets.fresh("Bert's password");
        BrokerUser.of(broker, ANNA, annas);
        BrokerUser.of(broker, BERT, berts);
        try (Bare bare = new Bare(broker.port())) {
            queue = bare.queue("signed-on");
        }
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        try (Bare bare = new Bare(broker.port())) {
            own = bare.queue("own");
        }
        rig = new Rig(broker.port()).with(adapter -> adapter.setConnectTimeout("10000")).start();
        pool = rig.pool();
        factory = Rig.connectionFactory(pool);
    }

    @AfterEach
    void stop() {
        rig.close();
        rig.assertContractKept();
    }

    private Subject subject(String user, String password) {
        PasswordCredential credential = new PasswordCredential(user, password.toCharArray());
        credential.setManagedConnectionFactory(pool.factory());
        return new Subject(false, Set.of(), Set.of(), Set.of(credential));
    }

    private void publishAs(String user, String password) {
        pool.signOn(() -> subject(user, password));
        try (MqConnection connection = factory.getConnection()) {
            connection.publish("", queue, MqMessage.text("from " + user));
        }
    }

    private static Set<String> users() {
        return new TreeSet<>(
                broker.ctl("list_connections", "--no-table-headers", "user").lines().toList());
    }

    /** What the container's user gets, which is the application's exception with this cause. */
    private SecurityException refusedAs(String user, String password) {
        MqConnectionException e =
                assertThrows(MqConnectionException.class, () -> publishAs(user, password));
        SecurityException cause = assertInstanceOf(SecurityException.class, e.getCause());
        assertFalse((e + " " + cause).contains(password));
        return cause;
    }

    @Test
    @DisplayName("the container's subjects get connections of their own, and them again")
    void separatesSubjects() {
        publishAs(ANNA, annas);
        ManagedConnection hers = pool.idle().get(0);
        publishAs(BERT, berts);

        assertEquals(2, pool.created());
        assertEquals(Set.of(ANNA, BERT), users());

        publishAs(ANNA, annas);
        publishAs(BERT, berts);
        assertEquals(2, pool.created());
        assertTrue(pool.idle().contains(hers));
    }

    @Test
    @DisplayName("the application's users get connections of their own")
    void separatesRequests() {
        factory.getConnection(ANNA, annas).close();
        factory.getConnection(BERT, berts).close();
        factory.getConnection(ANNA, annas).close();

        assertEquals(2, pool.created());
        assertEquals(Set.of(ANNA, BERT), users());
    }

    @Test
    @DisplayName("a wrong password is never served a connection that the right one has opened")
    void refusesWrongPassword() throws Exception {
        publishAs(ANNA, annas);
        publishAs(BERT, berts);
        List<ManagedConnection> before = pool.idle();
        String wrong = Secrets.fresh("what Anna's password is not");

        refusedAs(ANNA, wrong);

        assertEquals(before, pool.idle());
        publishAs(ANNA, annas);
        publishAs(BERT, berts);
        assertEquals(2, pool.created());
        pool.signOn(() -> null);
        MqConnectionException e =
                assertThrows(MqConnectionException.class, () -> factory.getConnection(ANNA, wrong));
        assertInstanceOf(SecurityException.class, e.getCause());
    }

    @Test
    @DisplayName("neither match nor a connection itself takes a wrong password for the right one")
    void comparesWholeCredentials() throws Exception {
        publishAs(ANNA, annas);
        ManagedConnection hers = pool.idle().get(0);
        Set<ManagedConnection> candidates = Set.of(hers);
        Subject wrong = subject(ANNA, Secrets.fresh("no password of anybody"));

        assertNull(pool.factory().matchManagedConnections(candidates, wrong, null));
        assertThrows(SecurityException.class, () -> hers.getConnection(wrong, null));
        assertSame(
                hers,
                pool.factory().matchManagedConnections(candidates, subject(ANNA, annas), null));
    }

    private static void atOnce(Executable work) throws Throwable {
        long start = System.nanoTime();
        work.execute();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        long limit = Rig.PUBLISH_TIMEOUT.toMillis() / 2;
        assertTrue(millis < limit, () -> "it took " + millis + " ms");
    }

    @Test
    @DisplayName("a publisher does not wait for the configured user while another one signs on")
    void publishesWhileTheConfiguredUserIsRefused() throws Throwable {
        String wrong = Secrets.fresh("what Bert's password is not");
        rig.close();
        rig =
                new Rig(broker.port())
                        .with(adapter -> adapter.setUserName(BERT))
                        .with(adapter -> adapter.setPassword(wrong))
                        .start();
        pool = rig.pool();
        factory = Rig.connectionFactory(pool);
        MqPublisher publisher = factory.createPublisher(MqPublisherOptions.defaults());
        MqPublishException e =
                assertThrows(
                        MqPublishException.class,
                        () -> publisher.publish("", own, MqMessage.text("refused")));
        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        assertTrue(e.getMessage().contains("ACCESS_REFUSED"), e.getMessage());
        FakeTransactions transactions = rig.container().transactions();

        pool.signOn(() -> subject(ANNA, annas));
        transactions.begin();
        atOnce(() -> publisher.publish("", own, MqMessage.text("in a transaction")));
        transactions.commit();
        atOnce(() -> publisher.publish("", own, MqMessage.text("outside")));

        try (Bare bare = new Bare(broker.port())) {
            assertEquals(List.of("in a transaction", "outside"), bare.drain(own));
        }
    }

    @Test
    @DisplayName("a publisher waits for the links of its own user, whoever else is connected")
    void waitsForItsOwnUser() throws Exception {
        rig.close();
        try (FaultProxy proxy = FaultProxy.to(broker)) {
            rig = Rig.started(proxy.port());
            pool = rig.pool();
            factory = Rig.connectionFactory(pool);
            MqPublisher publisher = factory.createPublisher(MqPublisherOptions.defaults());
            pool.signOn(() -> subject(ANNA, annas));
            publisher.publish("", own, MqMessage.text("Anna's"));
            pool.signOn(() -> subject(BERT, berts));
            publisher.publish("", own, MqMessage.text("Bert's"));
            proxy.refuse(true);
            CompletableFuture<MqOutcome> waiting =
                    CompletableFuture.supplyAsync(
                            () -> Rig.outcomeOf(publisher, "", own, MqMessage.text("later")));
            Until.never("an end", Duration.ofSeconds(1), waiting::isDone);
            assertEquals(List.of(), pool.used(), "no place in the pool while it waits");
            proxy.refuse(false);
            assertEquals(MqOutcome.CONFIRMED, waiting.get(10, TimeUnit.SECONDS));
        }
        try (Bare bare = new Bare(broker.port())) {
            assertEquals(List.of("Anna's", "Bert's", "later"), bare.drain(own));
        }
    }

    @Test
    @DisplayName(
            "a password that was changed in broker and container goes on with a new connection")
    void followsChangedPassword() {
        String old = Secrets.fresh("Carl's first password");
        String fresh = Secrets.fresh("Carl's second password");
        BrokerUser carl = BrokerUser.of(broker, "carl", old);
        publishAs("carl", old);
        carl.changePassword(fresh);

        publishAs("carl", fresh);

        assertEquals(2, pool.created());
        publishAs("carl", old); // the broker does not end what is open
        assertEquals(2, pool.created());
        refusedAs("carl", annas);
    }
}
