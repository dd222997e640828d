package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.BrokerNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How and as whom a server's resource adapters connect: TLS, tokens, and another's factory. */
abstract class BrokerSetsScenarios {

    private static final String TLS = "sets.tls";
    private static final String TOKENS = "sets.tokens";
    private static final String LATE = "sets.late";

    /** Several attempts of a lookup: the first ones are at most half a second apart. */
    private static final Duration SEVERAL_LOOKUPS = Duration.ofSeconds(2);

    /** The server, and what lies in its directory. */
    abstract BrokerSets sets();

    @BeforeEach
    void emptyQueues() throws Exception {
        Eventually.value("application ready", () -> received(sets().application()), ids -> true);
        declareQueues(broker());
    }

    /** Declares the queues and empties them. */
    static void declareQueues(BrokerNode broker) throws Exception {
        new Queues(broker).declare("classic", TLS, TOKENS, LATE);
    }

    private Queues queues() {
        return new Queues(broker());
    }

    private BrokerNode broker() {
        return sets().broker().node();
    }

    private String publish(String factory, String key, String id) {
        return sets().application()
                .call("POST", "many/publisher", "factory", factory, "key", key, "id", id);
    }

    private static List<String> received(Control application) {
        return application.call("GET", "many/received").lines().toList();
    }

    private static void awaitReceived(Control application, String id) {
        Eventually.value("received " + id, () -> received(application), ids -> ids.contains(id));
    }

    @Test
    void an_instance_publishes_and_consumes_over_tls() throws Exception {
        String id = ServerScenarios.newId("tls");

        assertEquals("CONFIRMED", publish(sets().tlsFactory(), TLS, id));
        awaitReceived(sets().application(), id);

        List<String> protocols =
                Ctl.protocolsByUser(broker()).getOrDefault(sets().broker().user(), List.of());
        assertEquals(Set.of("tlsv1.3"), Set.copyOf(protocols), "what its connections speak");
        assertTrue(protocols.size() > 1, "one that publishes, one that consumes: " + protocols);
    }

    @Test
    void a_broker_of_an_authority_that_is_not_trusted_gets_nothing() throws Exception {
        String answer = publish(sets().distrustingFactory(), LATE, "never");

        assertTrue(answer.contains("NOT_SENT"), answer);
        assertTellsNoSecret(answer);
        List<String> told =
                sets().log().lines().filter(line -> line.contains("trust-another.p12")).toList();
        assertTrue(
                told.stream()
                        .anyMatch(line -> line.contains("certificate comes from no authority")),
                () -> "the log says of it: " + told);
        assertEquals(List.of(), queues().drainIds(LATE));
    }

    @Test
    void a_factory_and_the_bean_that_names_it_connect_with_tokens_and_outlive_them()
            throws Exception {
        String first = ServerScenarios.newId("token");
        assertEquals("CONFIRMED", publish(sets().tokensFactory(), TOKENS, first));
        awaitReceived(sets().application(), first);
        Set<String> before = tokenConnections();
        assertTrue(before.size() > 1, "one that publishes, one that consumes: " + before);

        // The first of them may have been under way; after the second, the first token is void.
        int asked = sets().broker().tokenRequests();
        Eventually.value("renewals", sets().broker()::tokenRequests, count -> count >= asked + 2);
        String second = ServerScenarios.newId("token");
        assertEquals("CONFIRMED", publish(sets().tokensFactory(), TOKENS, second));
        awaitReceived(sets().application(), second);

        assertEquals(before, tokenConnections(), "its connections");
    }

    private Set<String> tokenConnections() {
        return Ctl.connectionsByUser(broker()).getOrDefault(SecuredBroker.TOKEN_USER, Set.of());
    }

    @Test
    void a_bean_whose_factory_is_not_there_yet_deploys_and_consumes_when_it_is() throws Exception {
        String id = ServerScenarios.newId("late");
        queues().publish(LATE, id, Map.of());
        sets().deployLateApplication();
        try {
            awaitLateListener("LOOKING_UP");
            Eventually.value("complaints", this::complaints, lines -> lines.size() == 1);
            // Only up to here: while a server makes the factory, it may give another reason.
            Eventually.never("a second complaint", SEVERAL_LOOKUPS, () -> complaints().size() > 1);

            sets().addLateFactory();
            try {
                awaitReceived(sets().lateApplication(), id);
                awaitLateListener("CONSUMING");
                Set<String> users = Ctl.connectionsByUser(broker()).keySet();
                assertTrue(users.contains(sets().broker().lateUser()), () -> "users: " + users);
            } finally {
                sets().removeLateFactory();
            }
        } finally {
            sets().undeployLateApplication();
        }
    }

    private void awaitLateListener(String state) {
        Eventually.value(
                "the state of the bean",
                () -> sets().lateApplication().call("GET", "many/activations").lines().toList(),
                beans -> beans.stream().anyMatch(b -> b.matches(".*LateListener.* " + state)));
    }

    /** What the server's log says of the factory that is not there. */
    private List<String> complaints() throws Exception {
        return sets().log()
                .lines()
                .filter(line -> line.contains("LateListener") && line.contains("does not find"))
                .toList();
    }

    private void assertTellsNoSecret(String text) {
        for (String secret : sets().broker().secrets()) {
            assertFalse(text.contains(secret), "a secret is shown");
        }
    }
}
