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
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.container.FakePool;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.SecurityException;
import jakarta.resource.spi.security.PasswordCredential;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.Subject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Sign-on: several users in one pool")
class SignOnTest {

    private static final String ANNA = "anna";
    private static final String BERT = "bert";

    private static BrokerNode broker;
    private static String annas;
    private static String berts;
    private static String queue;

    private Rig rig;
    private FakePool pool;
    private MqConnectionFactory factory;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = BrokerNode.start();
        annas = Secrets.fresh("Anna's password");
        berts = Secrets.fresh("Bert's password");
        addUser(ANNA, annas);
        addUser(BERT, berts);
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

    private static void addUser(String user, String password) {
        broker.ctl("add_user", user, password);
        broker.ctl("set_permissions", user, ".*", ".*", ".*");
    }

    @BeforeEach
    void start() throws Exception {
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

    @Test
    @DisplayName(
            "a password that was changed in broker and container goes on with a new connection")
    void followsChangedPassword() {
        addUser("carl", Secrets.fresh("unused"));
        String old = Secrets.fresh("Carl's first password");
        String fresh = Secrets.fresh("Carl's second password");
        broker.ctl("change_password", "carl", old);
        publishAs("carl", old);
        broker.ctl("change_password", "carl", fresh);

        publishAs("carl", fresh);

        assertEquals(2, pool.created());
        publishAs("carl", old); // the broker does not end what is open
        assertEquals(2, pool.created());
        refusedAs("carl", annas);
    }
}
