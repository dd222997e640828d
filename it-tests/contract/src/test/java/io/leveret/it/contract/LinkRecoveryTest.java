package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionException;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.it.broker.FaultProxy;
import io.leveret.ra.observe.LinkMXBean;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits of recovery, giving up, and what an operator can do about it. */
@Timeout(60)
class LinkRecoveryTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("recovery");
        proxy = FaultProxy.to(Nodes.shared());
        rig =
                new Rig(proxy.port())
                        .with(a -> a.setConnections("1"))
                        .with(a -> a.setReconnectInterval("20"));
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private String port() {
        return ":" + proxy.port();
    }

    private LinkMXBean link() throws Exception {
        List<LinkMXBean> links = LinkBeans.named(port());
        assertEquals(1, links.size());
        return links.get(0);
    }

    private MqPublisher up() throws Exception {
        rig.start();
        MqPublisher publisher = rig.publisher();
        publisher.publish("", queue, MqMessage.text("opens the link"));
        return publisher;
    }

    @Test
    void afterTheLastAttemptTheLinkHasFailedAndCallersAreToldAtOnce() throws Exception {
        rig.with(a -> a.setReconnectAttempts("3")).with(a -> a.setRecovery("LIMITED"));
        MqPublisher publisher = up();
        try (LogLines alarms = new LogLines("FAILED")) {
            int before = proxy.accepted();
            proxy.refuse(true);
            Until.holds("the end", SOON, () -> LinkBeans.states(port()).contains("FAILED"));

            long start = System.nanoTime();
            MqPublishException e =
                    assertThrows(
                            MqPublishException.class,
                            () -> publisher.publish("", queue, MqMessage.text("m")));
            long millis = (System.nanoTime() - start) / 1_000_000;

            assertEquals(MqOutcome.NOT_SENT, e.outcome());
            assertTrue(e.getMessage().contains("FAILED"), e.getMessage());
            assertTrue(millis < Rig.PUBLISH_TIMEOUT.toMillis() / 2, millis + " ms");
            Until.never(
                    "an attempt beyond the limit",
                    Duration.ofSeconds(1),
                    () -> proxy.accepted() - before > 3);
            assertEquals(3, proxy.accepted() - before);
            assertEquals(1, alarms.count(), () -> alarms.lines().toString());
            assertEquals(-1, link().getNextAttemptMillis());
        }
    }

    @Test
    void theOperatorBringsAFailedLinkBack() throws Exception {
        rig.with(a -> a.setReconnectAttempts("2")).with(a -> a.setRecovery("LIMITED"));
        MqPublisher publisher = up();
        try (LogLines alarms = new LogLines("FAILED")) {
            proxy.refuse(true);
            Until.holds("the end", SOON, () -> alarms.count() == 1);
            int before = proxy.accepted();

            link().resume();
            Until.holds("a new end, told again", SOON, () -> alarms.count() == 2);
            assertEquals(3, proxy.accepted() - before, "one attempt at once, and two more");
            proxy.refuse(false);
            link().resume();
        }
        Until.holds("the link", SOON, () -> LinkBeans.states(port()).contains("UP"));
        publisher.publish("", queue, MqMessage.text("m"));
        assertEquals(List.of("opens the link", "m"), bare.drain(queue));
    }

    @Test
    void anOutageMayLastOnlySoLong() throws Exception {
        rig.with(a -> a.setReconnectTimeLimit("700")).with(a -> a.setRecovery("LIMITED"));
        up();
        long start = System.nanoTime();
        proxy.refuse(true);
        Until.holds("the end", SOON, () -> LinkBeans.states(port()).contains("FAILED"));
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis >= 650, "after " + millis + " ms already");
    }

    @Test
    void aFailedLinkIsProbedSlowlyAndComesBackByItself() throws Exception {
        rig.with(a -> a.setReconnectAttempts("1")).with(a -> a.setProbeInterval("700"));
        MqPublisher publisher = up();
        Bean bean = new Bean();
        try (LogLines alarms = new LogLines("FAILED")) {
            proxy.refuse(true);
            Until.holds("the end", SOON, () -> LinkBeans.states(port()).contains("FAILED"));
            int before = proxy.accepted();
            Until.holds("two probes", SOON, () -> proxy.accepted() >= before + 2);
            assertEquals(1, alarms.count(), "probes are no news");
            proxy.refuse(false);
            Until.holds("the link", SOON, () -> LinkBeans.states(port()).contains("UP"));
        }
        publisher.publish("", queue, MqMessage.text("m"));
        rig.consume(queue, bean);
        Until.holds("both", SOON, () -> bean.texts().contains("m"));
    }

    @Test
    void inManualModeTheFirstLossWaitsForTheOperator() throws Exception {
        rig.with(a -> a.setRecovery("MANUAL"));
        MqPublisher publisher = up();
        int before = proxy.accepted();
        proxy.cut();
        Until.holds("the loss", SOON, () -> LinkBeans.states(port()).contains("FAILED"));
        Until.never("an attempt", Duration.ofSeconds(1), () -> proxy.accepted() > before);
        assertEquals(MqOutcome.NOT_SENT, Rig.outcomeOf(publisher, "", queue, MqMessage.text("m")));

        link().resume();

        Until.holds("the link", SOON, () -> LinkBeans.states(port()).contains("UP"));
        publisher.publish("", queue, MqMessage.text("again"));
    }

    @Test
    void aConsumerComesBackWithTheLinkThatTheOperatorResumed() throws Exception {
        rig.with(a -> a.setRecovery("MANUAL")).start();
        Bean bean = new Bean();
        rig.consume(queue, bean);
        Until.holds("the consumer", SOON, () -> bare.consumers(queue) == 1);
        proxy.cut();
        Until.holds("the loss", SOON, () -> LinkBeans.states(port()).contains("FAILED"));

        link().resume();

        Until.holds("the consumer", SOON, () -> bare.consumers(queue) == 1);
        bare.publish(queue, "m");
        Until.holds("the message", SOON, () -> bean.texts().contains("m"));
    }

    @Test
    void aLinkThatTheOperatorStoppedStaysStoppedUntilItIsStarted() throws Exception {
        MqPublisher publisher = up();
        int before = proxy.accepted();

        link().stop();

        Until.holds("the end", SOON, () -> proxy.connections() == 0);
        MqPublishException e =
                assertThrows(
                        MqPublishException.class,
                        () -> publisher.publish("", queue, MqMessage.text("m")));
        assertEquals(MqOutcome.NOT_SENT, e.outcome());
        assertTrue(e.getMessage().contains("is closed"), e.getMessage());
        link().resume();
        Until.never("a reconnect", Duration.ofSeconds(1), () -> proxy.accepted() > before);

        link().start();

        Until.holds("the link", SOON, () -> LinkBeans.states(port()).contains("UP"));
        publisher.publish("", queue, MqMessage.text("m"));
        assertEquals("UP", link().getState());
    }

    @Test
    void aChannelThatTheBrokerClosesLeavesTheLinkAlone() throws Exception {
        MqPublisher publisher = up();
        assertThrows(
                MqPublishException.class,
                () -> publisher.publish("no-such-exchange", "", MqMessage.text("m")));
        publisher.publish("", queue, MqMessage.text("m"));
        assertEquals(0, link().getReconnects());
        assertEquals(1, proxy.accepted());
    }

    @Test
    void theCapOfTheResourceAdapterIsKept() throws Exception {
        rig.with(a -> a.setConnections("10"))
                .with(a -> a.setChannelsPerConnection("1"))
                .with(a -> a.setMaxConnections("2"))
                .start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        try (MqConnection one = factory.getConnection();
                MqConnection two = factory.getConnection()) {
            MqConnectionException e =
                    assertThrows(MqConnectionException.class, factory::getConnection);
            assertTrue(e.getMessage().contains("maxConnections"), e.getMessage());
            one.publish("", queue, MqMessage.text("1"));
            two.publish("", queue, MqMessage.text("2"));
        }
        assertEquals(2, proxy.connections());
    }
}
