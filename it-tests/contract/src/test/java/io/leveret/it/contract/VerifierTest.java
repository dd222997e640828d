package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqEvent;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.BrokerOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.ra.inbound.MqActivationSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The verifier tells once what will lose messages, and what it could not find out. */
@Timeout(120)
class VerifierTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** The management API tells policies only when it has statistics. */
    private static final Duration LATE = Duration.ofSeconds(60);

    private static final Map<String, Object> LIMITED =
            Map.of("x-queue-type", "quorum", "x-delivery-limit", 5);

    private static BrokerNode node;

    private final Bean bean = new Bean();
    private final String queue = Bare.name("verified");
    private final List<MqEvent> events = new CopyOnWriteArrayList<>();
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;

    @BeforeAll
    static void startNode() {
        node = BrokerNode.start(BrokerOptions.defaults().withPlugins("rabbitmq_management"));
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
        spec.setManagementUrl("http://127.0.0.1:" + node.env("MANAGEMENT_PORT"));
        return spec;
    }

    /** Activates, and waits until it has been verified and consumes. */
    private void verify(MqActivationSpec spec) throws Exception {
        rig.container().activate(rig.endpoints(bean), spec);
        Until.holds("is verified", LATE, () -> !told("was verified, but for").isEmpty());
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
        assertTrue(open.contains("whether the user may declare queues"), open);
    }

    // --- with the management API ---

    @Test
    void theManagementApiTellsOfTheDeliveryLimit() throws Exception {
        bare.declare(queue, LIMITED);
        verify(managed());
        assertEquals(1, risks().size(), risks()::toString);
        assertTrue(risks().get(0).contains("drops a message after 5 failed attempts"));
        assertTrue(!told("was verified").get(0).contains("delivery limit"));
    }

    @Test
    void theManagementApiTellsOfPolicies() throws Exception {
        policy("{\"dead-letter-exchange\":\"amq.fanout\"}");
        bare.declare(queue, LIMITED);
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
        bare.declare(queue, Map.of("x-queue-type", "quorum"));
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

    // --- what follows ---

    @Test
    void nothingIsConsumedUntilItIsMended() throws Exception {
        bare.declare(queue, LIMITED);
        bare.publish(queue, "m");
        MqActivationSpec spec = managed();
        spec.setVerification("FAIL");
        rig.container().activate(rig.endpoints(bean), spec);
        Until.holds("attempts", SOON, () -> rig.activation().getAttempts() >= 3);
        assertEquals(0, bean.count());
        assertEquals(1, told("does not consume (verification=FAIL): queue").size());
        policy("{\"dead-letter-exchange\":\"amq.fanout\"}");
        Until.holds("the message", LATE, () -> bean.count() == 1);
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
