package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqEvent;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.TestCertificates;
import io.leveret.it.broker.TestIdentity;
import io.leveret.it.broker.TlsFront;
import io.leveret.ra.inbound.MqActivationSpec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The verifier tells once what will lose messages, and what it could not find out. */
@Timeout(120)
class VerifierTest {

    /** Requests of one look: the queue, its wait queue and its parking queue. */
    private static final int LOOK = 3;

    private static final Duration SOON = Duration.ofSeconds(20);

    /** Policies are part of the statistics, which queues tell every five seconds otherwise. */
    private static final int TICK_MILLIS = 200;

    /** As often, in seconds, the management API takes up what queues tell. */
    private static final String SAMPLES = "management.sample_retention_policies.";

    private static final Map<String, Object> LIMITED =
            Map.of("x-queue-type", "quorum", "x-delivery-limit", 5);

    private static Path folder;
    private static TestCertificates authority;
    private static BrokerNode node;

    private final Bean bean = new Bean();
    private final String queue = Bare.name("verified");
    private final List<MqEvent> events = new CopyOnWriteArrayList<>();
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;

    @BeforeAll
    static void startNode() throws Exception {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "verifier-");
        authority = TestCertificates.authority(folder.resolve("ca"), "Test Authority");
        TestIdentity server = authority.issue("broker", "dns:localhost,ip:127.0.0.1");
        Path files = Files.createDirectories(folder.resolve("broker"));
        TestIdentity.pem(files.resolve("ca.pem"), List.of(authority.certificate()));
        server.pem(files.resolve("server.pem"));
        List<String> config = new ArrayList<>();
        for (String each : List.of("ssl_options.", "management.ssl.")) {
            config.add(each + "cacertfile = @FILES@/ca.pem");
            config.add(each + "certfile = @FILES@/server.pem");
            config.add(each + "keyfile = @FILES@/server.pem");
        }
        config.addAll(
                List.of(
                        "listeners.ssl.1 = 127.0.0.1:@SPARE1@",
                        "management.ssl.ip = 127.0.0.1",
                        "management.ssl.port = @SPARE2@",
                        "collect_statistics_interval = " + TICK_MILLIS,
                        SAMPLES + "global.minute = 1",
                        SAMPLES + "basic.minute = 1",
                        SAMPLES + "detailed.minute = 1"));
        node =
                BrokerNode.start(
                        BrokerOptions.defaults()
                                .withPlugins("rabbitmq_management")
                                .withFiles(files)
                                .withConfig(config.toArray(String[]::new)));
        everyTick(TICK_MILLIS);
    }

    /** How often a quorum queue that is declared from now on tells its statistics. */
    private static void everyTick(int millis) {
        node.eval("application:set_env(rabbit, quorum_tick_interval, " + millis + ").");
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(node.port());
        proxy = FaultProxy.to(node);
        rig = Rig.started(proxy.port());
        Rig.connectionFactory(rig.pool()).events().addListener(events::add);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private MqActivationSpec spec(String mode) {
        MqActivationSpec spec = rig.spec(queue);
        spec.setTopologyMode(mode);
        return spec;
    }

    private MqActivationSpec managed() {
        MqActivationSpec spec = spec("NONE");
        spec.setManagementUrl(api());
        return spec;
    }

    /** Declares the queue and waits until the management API can tell all of it. */
    private void known(Map<String, Object> arguments) throws Exception {
        bare.declare(queue, arguments);
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(api() + "/api/queues/%2F/" + queue))
                        .header("Authorization", "Basic Z3Vlc3Q6Z3Vlc3Q=") // guest:guest
                        .timeout(SOON)
                        .build();
        HttpClient client = HttpClient.newHttpClient();
        Until.holds(
                "statistics",
                SOON,
                () ->
                        client.send(request, HttpResponse.BodyHandlers.ofString())
                                .body()
                                .contains("effective_policy_definition"));
    }

    private static String api() {
        return "http://127.0.0.1:" + node.env("MANAGEMENT_PORT");
    }

    /** Activates, and waits until it has been verified and consumes. */
    private void verify(MqActivationSpec spec) throws Exception {
        rig.container().activate(rig.endpoints(bean), spec);
        Until.holds("is verified", SOON, () -> !told("was verified, but for").isEmpty());
        Until.holds("consumes", SOON, () -> rig.activation().getState().equals("CONSUMING"));
    }

    private List<String> told(String what) {
        return events.stream().map(MqEvent::text).filter(text -> text.contains(what)).toList();
    }

    private List<String> risks() {
        return told("is at risk");
    }

    /** Set before the queue is declared, it is there from the beginning. */
    private void policy(String definition) {
        node.ctl("set_policy", queue, "^" + queue + "$", definition, "--apply-to", "queues");
    }

    private static boolean isOld() {
        return node.version().startsWith("3.");
    }

    @Test
    void aLimitThatDropsMessagesIsToldOnce() throws Exception {
        MqActivationSpec spec = spec("DECLARE");
        spec.setQueueOptions("delivery-limit=5");
        spec.setMaxSession("3");
        verify(spec);
        assertEquals(1, risks().size(), risks()::toString);
        assertTrue(risks().get(0).contains("drops a message after 5 failed attempts"));
        assertEquals(
                MqEvent.Severity.WARNING,
                events.stream()
                        .filter(e -> e.text().contains("is at risk"))
                        .findFirst()
                        .orElseThrow()
                        .severity());
        proxy.cut();
        Until.holds("consumes again", SOON, () -> told("consumes from").size() == 2);
        bare.publish(queue, "m");
        Until.holds("the message", SOON, () -> bean.count() == 1);
        assertEquals(1, risks().size(), risks()::toString);
    }

    @Test
    void aQueueThatWasMadeWithoutTheArgumentIsToldWhereItMatters() throws Exception {
        bare.declare(queue, Map.of("x-queue-type", "quorum"));
        verify(spec("DECLARE"));
        assertEquals(isOld() ? 0 : 1, risks().size(), risks()::toString);
    }

    @Test
    void aQueueOfLeveretIsAtNoRisk() throws Exception {
        verify(spec("DECLARE"));
        assertEquals(List.of(), risks());
        assertTrue(told("was verified").get(0).contains("whether a policy gives queue"));
    }

    @Test
    void aDeadLetterExchangeThatIsMissingIsTold() throws Exception {
        String exchange = Bare.name("dead");
        MqActivationSpec spec = spec("DECLARE");
        spec.setQueueOptions("dead-letter-exchange=" + exchange);
        verify(spec);
        assertEquals(1, risks().size(), risks()::toString);
        assertTrue(risks().get(0).contains("exchange '" + exchange + "' does not exist"));
    }

    @Test
    void whatAmqpDoesNotTellIsListedOnly() throws Exception {
        bare.declare(queue, LIMITED);
        verify(spec("NONE"));
        assertEquals(List.of(), risks());
        String open = told("was verified").get(0);
        assertTrue(open.contains("whether it has a delivery limit"), open);
        assertTrue(open.contains("consumer timeout is 30 minutes, its default, as was"), open);
        assertFalse(open.contains("may declare queues"), "it declares those for failed messages");
    }

    @Test
    void whetherItMayDeclareQueuesIsOpenWhereItNeedsNone() throws Exception {
        bare.declare(queue, LIMITED);
        MqActivationSpec spec = spec("NONE");
        spec.setRetryMode("IN_PLACE");
        spec.setAtEnd("DEAD_LETTER");
        verify(spec);
        assertTrue(told("was verified").get(0).contains("whether the user may declare queues"));
    }

    // --- consumer timeout ---

    @Test
    void whatMayTakeLongerThanTheConsumerTimeoutIsTold() throws Exception {
        MqActivationSpec spec = spec("DECLARE");
        spec.setStuckThreshold("1800000");
        spec.setRetryDelay("1900000");
        spec.setRequeueOn("java.io.IOException");
        verify(spec);
        List<String> risks = risks();
        assertEquals(2, risks.size(), risks::toString);
        assertTrue(risks.get(0).contains("may take 1800000 ms (stuckThreshold)"));
        assertTrue(risks.get(0).contains("its default, which is assumed"));
        assertTrue(risks.get(1).contains("what requeueOn names is held for 1900000 ms"));
    }

    @Test
    void whatWaitsInPlaceForLongerThanTheConsumerTimeoutIsTold() throws Exception {
        MqActivationSpec spec = spec("DECLARE");
        spec.setRetryMode("IN_PLACE");
        spec.setRetryDelay("600000");
        verify(spec);
        List<String> risks = risks();
        assertEquals(1, risks.size(), risks::toString);
        assertTrue(risks.get(0).contains("is held for 1800000 ms (retryMode=IN_PLACE"));
    }

    @Test
    void classicQueuesTimeOutOnOlderBrokersOnly() throws Exception {
        MqActivationSpec spec = spec("DECLARE");
        spec.setQueueOptions("type=classic");
        spec.setStuckThreshold("1800000");
        verify(spec);
        boolean times = !Versions.isAtLeast(node, 4, 3);
        assertEquals(times ? 1 : 0, risks().size(), risks()::toString);
        assertEquals(times, told("was verified").get(0).contains("consumer timeout"));
    }

    // --- with the management API ---

    @Test
    void theManagementApiTellsOfTheDeliveryLimit() throws Exception {
        known(LIMITED);
        verify(managed());
        assertEquals(1, risks().size(), risks()::toString);
        assertTrue(risks().get(0).contains("drops a message after 5 failed attempts"));
        assertTrue(!told("was verified").get(0).contains("delivery limit"));
    }

    @Test
    void theManagementApiTellsOfPolicies() throws Exception {
        policy("{\"dead-letter-exchange\":\"amq.fanout\"}");
        known(LIMITED);
        verify(managed());
        assertEquals(List.of(), risks());
    }

    @Test
    void aQueueThatIsFreshIsLookedAtAgain() throws Exception {
        policy("{\"dead-letter-exchange\":\"amq.fanout\"}");
        int port = Integer.parseInt(node.env("MANAGEMENT_PORT"));
        try (FaultProxy looks = FaultProxy.to("127.0.0.1", port)) {
            collect("suspend"); // the first look finds no statistics
            try {
                bare.declare(queue, LIMITED);
                MqActivationSpec spec = spec("NONE");
                spec.setManagementUrl("http://127.0.0.1:" + looks.port());
                rig.container().activate(rig.endpoints(bean), spec);
                Until.holds(
                        "the first look",
                        SOON,
                        () -> looks.accepted() == LOOK && looks.connections() == 0);
            } finally {
                collect("resume");
            }
            Until.holds("is verified", SOON, () -> !told("was verified, but for").isEmpty());
            assertTrue(looks.accepted() > LOOK);
        }
        assertEquals(List.of(), risks());
        assertFalse(told("was verified").get(0).contains("policy"));
    }

    /** Whether the management API takes up what queues tell. */
    private static void collect(String what) {
        node.eval("sys:" + what + "(queue_metrics_metrics_collector).");
    }

    @Test
    void theManagementApiTellsOfTheConsumerTimeout() throws Exception {
        Versions.assumeQueuesHaveConsumerTimeouts(node);
        policy("{\"consumer-timeout\":500000,\"dead-letter-exchange\":\"amq.fanout\"}");
        bare.declare(queue, LIMITED);
        verify(managed());
        List<String> risks = risks();
        assertEquals(1, risks.size(), risks::toString);
        assertTrue(risks.get(0).contains("back after 500000 ms (consumer timeout, as the queue"));
        assertFalse(told("was verified").get(0).contains("consumer timeout"));
    }

    @Test
    void theManagementApiTellsOfQueuesForFailedMessagesThatAreNotAsTheyShouldBe() throws Exception {
        bare.declare(queue, Map.of("x-dead-letter-exchange", "amq.fanout"));
        bare.declare(
                queue + ".retry.1000",
                Map.of(
                        "x-queue-type",
                        "quorum",
                        "x-message-ttl",
                        7000,
                        "x-dead-letter-exchange",
                        "",
                        "x-dead-letter-routing-key",
                        "elsewhere"));
        bare.declare(queue + ".parking", Map.of("x-max-length", 5));
        verify(managed());
        List<String> risks = risks();
        assertEquals(4, risks.size(), risks::toString);
        for (String part :
                List.of(
                        "may lose messages on their way back",
                        "its dead-letter-routing-key elsewhere",
                        "keeps messages for 7000 ms instead of 1000 ms",
                        "drops its oldest messages when it is full")) {
            assertTrue(risks.stream().anyMatch(r -> r.contains(part)), () -> part + risks);
        }
    }

    @Test
    void queuesForFailedMessagesOfLeveretAreAtNoRisk() throws Exception {
        bare.declare(queue, Map.of());
        MqActivationSpec spec = managed();
        rig.container().activate(rig.endpoints(bean), spec);
        Until.holds(
                "its queues",
                SOON,
                () ->
                        node.ctl("list_queues", "name", "--quiet")
                                .lines()
                                .anyMatch((queue + ".parking")::equals));
        rig.close();
        rig = Rig.started(proxy.port());
        Rig.connectionFactory(rig.pool()).events().addListener(events::add);
        events.clear();
        verify(managed());
        assertEquals(List.of(), risks());
    }

    @Test
    void aStreamThatIsConsumedAsAQueueIsAtRiskAndOneThatIsConsumedAsAStreamIsNot()
            throws Exception {
        bare.declare(queue, Map.of("x-queue-type", "stream"));
        MqActivationSpec spec = managed();
        verify(spec);
        assertEquals(1, risks().size(), risks()::toString);
        assertTrue(risks().get(0).contains("is a stream, and is consumed as a queue is"));
        assertTrue(risks().get(0).contains("set streamOffset"));
        rig.close();
        events.clear();
        rig = Rig.started(proxy.port());
        Rig.connectionFactory(rig.pool()).events().addListener(events::add);
        spec = managed();
        spec.setStreamOffset("first");
        verify(spec);
        assertEquals(List.of(), risks());
    }

    @Test
    void aPolicyWithoutLimitIsAtNoRisk() throws Exception {
        Versions.assumeLimitsDeliveries(node);
        policy("{\"delivery-limit\":-1}");
        known(Map.of("x-queue-type", "quorum"));
        verify(managed());
        assertEquals(List.of(), risks());
    }

    @Test
    void aManagementApiThatIsNotThereCostsNothing() throws Exception {
        bare.declare(queue, LIMITED);
        MqActivationSpec spec = managed();
        spec.setManagementUrl("http://127.0.0.1:" + node.port());
        bare.publish(queue, "m");
        rig.container().activate(rig.endpoints(bean), spec);
        Until.holds("the message", SOON, () -> bean.count() == 1);
        Until.holds("its failure", SOON, () -> told("the management API failed").size() == 1);
        assertEquals(List.of(), risks());
    }

    // --- with the management API over TLS ---

    /** Connects with TLS, and trusts the authority of the tests. */
    private void secure() throws Exception {
        rig.close();
        Path trust = folder.resolve("trust.pem");
        TestIdentity.pem(trust, List.of(authority.certificate()));
        rig =
                new Rig(node.port())
                        .with(a -> a.setAddresses("amqps://127.0.0.1:" + node.env("SPARE1")))
                        .with(a -> a.setTrustStore(trust.toString()))
                        .with(a -> a.setConnectTimeout("10000"))
                        .start();
        Rig.connectionFactory(rig.pool()).events().addListener(events::add);
    }

    private static String secureApi() {
        return "https://127.0.0.1:" + node.env("SPARE2");
    }

    /** It runs, and says once that the management API could not be asked, and why. */
    private void runsWithout(String url, String... why) throws Exception {
        bare.declare(queue, LIMITED);
        bare.publish(queue, "m");
        MqActivationSpec spec = spec("NONE");
        spec.setManagementUrl(url);
        try (LogLines failed = new LogLines("the management API failed")) {
            rig.container().activate(rig.endpoints(bean), spec);
            Until.holds("the message", SOON, () -> bean.count() == 1);
            Until.holds("its failure", SOON, () -> failed.count() == 1);
            assertEquals(Level.WARNING, failed.records().get(0).getLevel());
            for (String part : why) {
                assertTrue(failed.lines().get(0).contains(part), failed.lines()::toString);
            }
            assertFalse(failed.lines().get(0).contains("Basic "), "the log shows the password");
        }
        assertEquals(List.of(), risks());
        assertEquals("CONSUMING", rig.activation().getState());
    }

    @Test
    void theManagementApiIsAskedOverTlsWithTheTrustOfTheBrokerSet() throws Exception {
        secure();
        known(LIMITED);
        MqActivationSpec spec = spec("NONE");
        spec.setManagementUrl(secureApi());
        verify(spec);
        assertEquals(1, risks().size(), risks()::toString);
        assertTrue(risks().get(0).contains("drops a message after 5 failed attempts"));
        assertEquals(List.of(), told("the management API failed"));
    }

    @Test
    void aManagementApiWhoseCertificateNobodyKnowsIsNotAsked() throws Exception {
        // Without TLS to the broker there is no trust store: the JVM's own knows no such authority.
        runsWithout(secureApi(), secureApi(), "certification path");
    }

    @Test
    void aManagementApiWithACertificateOfAnotherAuthorityIsNotAsked() throws Exception {
        secure();
        TestIdentity foreign =
                TestCertificates.authority(folder.resolve("other"), "Other Authority")
                        .issue("broker", "dns:localhost,ip:127.0.0.1");
        try (TlsFront front = TlsFront.to(foreign, Integer.parseInt(node.env("MANAGEMENT_PORT")))) {
            runsWithout("https://127.0.0.1:" + front.port(), "certification path");
        }
    }

    @Test
    void aManagementApiWithTheCertificateOfAnotherHostIsNotAsked() throws Exception {
        secure();
        TestIdentity elsewhere = authority.issue("elsewhere", "dns:elsewhere.example");
        try (TlsFront front =
                TlsFront.to(elsewhere, Integer.parseInt(node.env("MANAGEMENT_PORT")))) {
            runsWithout("https://127.0.0.1:" + front.port(), "127.0.0.1");
        }
    }

    @Test
    void aPasswordThatGoesOverTlsGoesToNoManagementApiWithout() throws Exception {
        secure();
        runsWithout(api(), "is not encrypted");
    }

    // --- what follows ---

    @Test
    void nothingIsConsumedUntilItIsMended() throws Exception {
        known(LIMITED);
        bare.publish(queue, "m");
        MqActivationSpec spec = managed();
        spec.setVerification("FAIL");
        rig.container().activate(rig.endpoints(bean), spec);
        Until.holds("attempts", SOON, () -> rig.activation().getAttempts() >= 3);
        assertEquals(0, bean.count());
        assertEquals(1, told("does not consume (verification=FAIL): queue").size());
        policy("{\"dead-letter-exchange\":\"amq.fanout\"}");
        Until.holds("the message", SOON, () -> bean.count() == 1);
    }

    @Test
    void nobodyLooksWhenItIsSwitchedOff() throws Exception {
        MqActivationSpec spec = spec("DECLARE");
        spec.setQueueOptions("delivery-limit=5");
        spec.setVerification("NONE");
        rig.container().activate(rig.endpoints(bean), spec);
        Until.holds("consumes", SOON, () -> rig.activation().getState().equals("CONSUMING"));
        Until.never(
                "told",
                Duration.ofSeconds(1),
                () -> !risks().isEmpty() || !told("was verified").isEmpty());
    }
}
