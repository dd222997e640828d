package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several resource adapter instances, brokers and users side by side in one server. */
abstract class ManyAdaptersScenarios {

    private static final String IN = "many.in";
    private static final String OUT = "many.out";

    /** The server with both instances, and what lies in its directory. */
    abstract ManyAdapters many();

    @BeforeEach
    void emptyQueues() throws Exception {
        Eventually.value("application ready", this::answers, ready -> ready);
        for (BrokerNode broker : List.of(many().firstBroker(), many().secondBroker())) {
            new Queues(broker).declare("classic", IN, OUT);
        }
    }

    private boolean answers() {
        many().sender().call("GET", "many/received");
        return true;
    }

    private String publish(String factory, String key, String id) {
        return many().sender()
                .call("POST", "many/publisher", "factory", factory, "key", key, "id", id);
    }

    private String publishAs(String factory, String id, String user, String password) {
        List<String> query = new ArrayList<>(List.of("factory", factory, "key", OUT, "id", id));
        if (user != null) {
            query.addAll(List.of("user", user, "password", password));
        }
        return many().sender().call("POST", "many/connection", query);
    }

    private List<String> out(BrokerNode broker) throws Exception {
        return new Queues(broker).drainIds(OUT);
    }

    private static void awaitReceived(Control application, String id) {
        Eventually.value(
                "received " + id,
                () -> application.call("GET", "many/received").lines().toList(),
                ids -> ids.contains(id));
    }

    @Test
    void each_factory_publishes_to_its_own_broker() throws Exception {
        String first = ServerScenarios.newId("first");
        String second = ServerScenarios.newId("second");

        assertEquals("CONFIRMED", publish(many().firstFactory(), OUT, first));
        assertEquals("CONFIRMED", publish(many().secondFactory(), OUT, second));

        assertEquals(List.of(first), out(many().firstBroker()));
        assertEquals(List.of(second), out(many().secondBroker()));
        Set<String> users = Ctl.connectionsByUser(many().secondBroker()).keySet();
        assertTrue(users.contains(many().secondUser()), () -> "users of the second: " + users);
        assertFalse(users.contains("guest"), () -> "users of the second: " + users);
    }

    @Test
    void each_instance_consumes_from_its_own_broker() throws Exception {
        String first = ServerScenarios.newId("first");
        String second = ServerScenarios.newId("second");

        assertEquals("CONFIRMED", publish(many().firstFactory(), IN, first));
        assertEquals("CONFIRMED", publish(many().secondFactory(), IN, second));

        awaitReceived(many().sender(), first);
        awaitReceived(many().receiver(), second);
        assertFalse(many().receiver().call("GET", "many/received").contains(first));
        assertFalse(many().sender().call("GET", "many/received").contains(second));
    }

    @Test
    void one_instance_stops_and_starts_while_the_other_goes_on() throws Exception {
        assertEquals("CONFIRMED", publish(many().firstFactory(), OUT, "opens the link"));
        Map<String, Set<String>> before = Ctl.connectionsByUser(many().firstBroker());
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<List<String>> stream = other.submit(() -> publishUntil(stop));

        many().stopSecond();
        Eventually.value(
                "connections of the stopped one",
                () -> Ctl.connections(many().secondBroker()),
                List::isEmpty);
        many().startSecond();
        String id = ServerScenarios.newId("again");
        assertEquals("CONFIRMED", publish(many().secondFactory(), IN, id));
        awaitReceived(many().receiver(), id);

        stop.set(true);
        List<String> sent = stream.get(60, TimeUnit.SECONDS);
        other.shutdown();
        assertTrue(sent.size() > 2, "it published " + sent.size());
        assertEquals(before, Ctl.connectionsByUser(many().firstBroker()), "its connections");
        List<String> arrived = out(many().firstBroker());
        assertEquals("opens the link", arrived.get(0));
        assertEquals(sent, arrived.subList(1, arrived.size()));
    }

    private List<String> publishUntil(AtomicBoolean stop) {
        List<String> sent = new ArrayList<>();
        while (!stop.get()) {
            String id = "undisturbed " + sent.size();
            assertEquals("CONFIRMED", publish(many().firstFactory(), OUT, id));
            sent.add(id);
        }
        return sent;
    }

    @Test
    void an_application_may_sign_on_by_itself() throws Exception {
        BrokerNode broker = many().firstBroker();
        String user = ServerScenarios.newId("clerk");
        String password = Secrets.fresh("password that an application signs on with");
        Ctl.addUser(broker, user, password);
        String factory = many().firstFactory();

        assertEquals("CONFIRMED", publishAs(factory, "as itself", user, password));
        assertTrue(
                Ctl.connectionsByUser(broker).containsKey(user),
                () -> "no connection of " + user + ": " + Ctl.connectionsByUser(broker));
        String refused = publishAs(factory, "never", user, "not-" + password);
        assertTrue(refused.startsWith("NO CONNECTION"), refused);
        assertFalse(refused.contains(password), "the answer gives the password away");
        assertEquals("CONFIRMED", publishAs(factory, "configured", null, null));
        assertEquals("CONFIRMED", publishAs(factory, "again", user, password));

        assertEquals(List.of("as itself", "configured", "again"), out(broker));
    }

    @Test
    void the_server_may_sign_on_for_the_application() throws Exception {
        BrokerNode broker = many().secondBroker();

        assertEquals("CONFIRMED", publishAs(many().signedFactory(), "signed on", null, null));
        assertEquals("CONFIRMED", publish(many().signedFactory(), OUT, "published"));

        assertTrue(
                Ctl.connectionsByUser(broker).containsKey(many().signedUser()),
                () -> "no connection of it: " + Ctl.connectionsByUser(broker));
        assertEquals(List.of("signed on", "published"), out(broker));
    }
}
