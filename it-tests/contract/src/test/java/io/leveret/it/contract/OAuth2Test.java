package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.it.Secrets;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.broker.TokenServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("OAuth2 client credentials")
class OAuth2Test {

    private static final Duration LIFE = Duration.ofSeconds(4);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static TokenServer tokens;
    private static BrokerNode broker;

    private String secret;
    private String queue;
    private Rig rig;

    @BeforeAll
    static void startBroker() throws Exception {
        tokens = new TokenServer(Secrets.fresh("first client secret"), LIFE);
        broker =
                BrokerNode.start(
                        tokens.broker(
                                BrokerOptions.defaults(),
                                Path.of("target", "oauth2").toAbsolutePath()));
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
        tokens.close();
    }

    @BeforeEach
    void configure() throws Exception {
        secret = Secrets.fresh("client secret");
        tokens.secret(secret);
        tokens.lifetime(LIFE);
        tokens.down(false);
        tokens.readable(true);
        try (Bare bare = new Bare(broker.port())) {
            queue = bare.queue("tokens");
        }
        rig =
                new Rig(broker.port())
                        .with(
                                adapter -> {
                                    adapter.setOauth2TokenEndpoint(tokens.endpoint().toString());
                                    adapter.setOauth2ClientId(TokenServer.CLIENT);
                                    adapter.setOauth2ClientSecret(secret);
                                    adapter.setOauth2Scope("rabbitmq.write:*/* more");
                                    adapter.setOauth2Parameters("audience=rabbitmq");
                                    adapter.setConnections("1");
                                    adapter.setConnectTimeout("10000");
                                    adapter.setPublishTimeout("6000");
                                });
    }

    @AfterEach
    void stop() {
        rig.close();
        rig.assertContractKept();
    }

    /** The broker's own ids of the connections with tokens: a reconnect gives a new one. */
    private static Set<String> connections() {
        String ids =
                broker.eval(
                        "[pid_to_list(P) || [{_, U}, {_, P}] <-"
                                + " rabbit_networking:connection_info_all([user, pid]),"
                                + " string:prefix(U, \"token-user\") =/= nomatch].");
        return Stream.of(ids.replaceAll("[\\[\\]\\s]", "").split(","))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void untilConfirmed(MqPublisher publisher, String queue) throws Exception {
        Until.holds(
                "a publish",
                LIMIT,
                () ->
                        Rig.outcomeOf(publisher, "", queue, MqMessage.text("again"))
                                == MqOutcome.CONFIRMED);
    }

    @Test
    @DisplayName("keep connections open over several lifetimes of a token, without a reconnect")
    void outlivesTokens() throws Exception {
        rig.start();
        Bean bean = new Bean();
        rig.consume(queue, bean);
        MqPublisher publisher = rig.publisher();
        int before = tokens.requests().size();
        publisher.publish("", queue, MqMessage.text("first"));
        Until.holds("the first", LIMIT, () -> bean.count() == 1);
        Set<String> open = connections();
        assertEquals(2, open.size(), open::toString);

        long start = System.nanoTime();
        long end = start + 2 * LIFE.toNanos() + 1_500_000_000L;
        int sent = 1;
        while (System.nanoTime() < end) {
            publisher.publish("", queue, MqMessage.text("message"));
            sent++;
            LockSupport.parkNanos(20_000_000);
        }

        int all = sent;
        Until.holds("all messages", LIMIT, () -> bean.count() == all);
        assertEquals(open, connections());
        int asked = tokens.requests().size() - before;
        double lives = (double) (System.nanoTime() - start) / LIFE.toNanos();
        // Renewed at four fifths of a life, and asked for once at the beginning.
        assertTrue(
                asked >= 3 && asked <= lives / 0.8 + 2,
                asked + " requests for tokens in " + lives + " lives");
    }

    @Test
    @DisplayName("are asked for once for all links, as the settings say")
    void sharesOneToken() throws Exception {
        tokens.lifetime(Duration.ofMinutes(5));
        int before = tokens.requests().size();
        rig.start();
        Bean bean = new Bean();
        rig.consume(queue, bean);
        rig.publisher().publish("", queue, MqMessage.text("first"));
        rig.publisher().publish("", queue, MqMessage.text("second"));
        Until.holds("both", LIMIT, () -> bean.count() == 2);

        assertEquals(1, tokens.requests().size() - before);
        assertEquals(
                "{audience=rabbitmq, grant_type=client_credentials, scope=rabbitmq.write:*/* more}",
                tokens.requests().get(before).toString());
    }

    @Test
    @DisplayName("leave no thread of an HTTP client behind")
    void leavesNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        rig.start();
        rig.publisher().publish("", queue, MqMessage.text("first"));
        assertTrue(tokens.requests().size() > 0, "nobody asked for a token");
        // At once: a thread that waits for the garbage collector would be gone some time.
        assertEquals(Set.of(), newThreads(before, "HttpClient-", "Keep-Alive-"));

        rig.close();

        Until.holds("no thread is left", LIMIT, () -> newThreads(before, "leveret-").isEmpty());
        assertEquals(Set.of(), newThreads(before, "HttpClient-", "Keep-Alive-"));
    }

    private static Set<String> newThreads(Set<Thread> before, String... prefixes) {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread)
                    && Stream.of(prefixes).anyMatch(thread.getName()::startsWith)) {
                names.add(thread.getName());
            }
        }
        return names;
    }

    @Test
    @DisplayName("that cannot be renewed for a moment cost nothing")
    void outlivesShortOutage() throws Exception {
        tokens.lifetime(Duration.ofSeconds(10));
        rig.start();
        MqPublisher publisher = rig.publisher();
        publisher.publish("", queue, MqMessage.text("first"));
        Set<String> open = connections();
        int before = tokens.requests().size();
        try (LogLines told = new LogLines("has no new token")) {
            tokens.down(true);
            Until.holds("failures", LIMIT, () -> tokens.requests().size() >= before + 3);
            tokens.down(false);
            int failed = tokens.requests().size();
            Until.holds("a renewal", LIMIT, () -> tokens.requests().size() > failed);

            Until.never(
                    "a failed publish",
                    Duration.ofSeconds(4),
                    () ->
                            Rig.outcomeOf(publisher, "", queue, MqMessage.text("on"))
                                    != MqOutcome.CONFIRMED);
            assertEquals(open, connections());
            assertEquals(1, told.count(), () -> told.lines().toString());
        }
    }

    @Test
    @DisplayName("that cannot be renewed in time stop the work, which goes on with the server")
    void recoversFromLongOutage() throws Exception {
        rig.start();
        Bean bean = new Bean();
        rig.consume(queue, bean);
        MqPublisher publisher = rig.publisher();
        publisher.publish("", queue, MqMessage.text("first"));
        tokens.down(true);
        Until.holds(
                "the broker refuses the old token",
                LIMIT,
                () ->
                        Rig.outcomeOf(publisher, "", queue, MqMessage.text("late"))
                                != MqOutcome.CONFIRMED);

        tokens.down(false);

        untilConfirmed(publisher, queue);
        Until.holds("the message", LIMIT, () -> bean.texts().contains("again"));
    }

    @Test
    @DisplayName("that allow to consume no more cost the consumer, which comes back with the right")
    void losesAndRegainsTheRightToConsume() throws Exception {
        Versions.assumeCancelsConsumers(broker);
        rig.start();
        Bean bean = new Bean();
        rig.consume(queue, bean);
        MqPublisher publisher = rig.publisher();
        publisher.publish("", queue, MqMessage.text("first"));
        Until.holds("the first", LIMIT, () -> bean.count() == 1);
        Set<String> open = connections();
        try (LogLines lost = new LogLines("the broker cancelled the consumer");
                LogLines refused = new LogLines("cannot consume from queue '" + queue)) {
            tokens.readable(false);
            Until.holds("the cancel", LIMIT, () -> lost.count() == 1);
            Until.holds("a refusal", LIMIT, () -> refused.count() == 1);
            publisher.publish("", queue, MqMessage.text("second"));

            tokens.readable(true);

            Until.holds("the second", LIMIT, () -> bean.count() == 2);
            assertEquals(open, connections());
        }
    }

    @Test
    @DisplayName("with a wrong secret are told, tried again, and never shown")
    void outlivesWrongSecret() throws Exception {
        String right = Secrets.fresh("another client secret");
        tokens.secret(right);
        try (LogLines told = new LogLines("")) {
            rig.start();
            MqPublisher publisher = rig.publisher();
            int before = tokens.requests().size();
            MqOutcome early = Rig.outcomeOf(publisher, "", queue, MqMessage.text("early"));
            assertEquals(MqOutcome.NOT_SENT, early);
            assertTrue(tokens.requests().size() > before + 1, "asked once only");

            tokens.secret(secret);

            untilConfirmed(publisher, queue);
            String log = told.lines().toString();
            assertTrue(log.contains("answered 401 invalid_client: oauth2ClientId or"), log);
            assertFalse(log.contains(secret), "the log shows the secret");
            assertFalse(log.contains("Basic "), "the log shows what the server repeats");
        }
    }
}
