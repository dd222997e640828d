package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.BrokerUser;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.container.FakePool;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import io.leveret.ra.observe.LinkMXBean;
import io.leveret.ra.observe.ResourceAdapterMXBean;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator sees of the adapter through JMX, and does with it. */
@Timeout(60)
class ManagementTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration A_WHILE = Duration.ofMillis(700);
    private static final String ADAPTER = "ResourceAdapter";
    private static final String LINK = "Link";
    private static final String FACTORY = "ConnectionFactory";
    private static final String ACTIVATION = "Activation";

    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("managed");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setConnections("1"));
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private static MqPublisher publisher(MqConnectionFactory factory) {
        return factory.createPublisher(MqPublisherOptions.defaults());
    }

    private static MqMessage text(String text) {
        return MqMessage.text(text);
    }

    private static void awaitNames(Jmx jmx, String type, int count) throws Exception {
        Until.holds(count + " of type " + type, SOON, () -> jmx.names(type).size() == count);
    }

    private static void assertRecent(Date since) {
        Instant now = Instant.now();
        assertFalse(since.toInstant().isAfter(now), since::toString);
        assertTrue(since.toInstant().isAfter(now.minusSeconds(60)), since::toString);
    }

    // --- the resource adapter ---

    @Test
    void theAdapterShowsWhatItHasAndWhatHappenedLast() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        Jmx jmx = new Jmx(factory);
        rig.consume(queue, new Bean());
        publisher(factory).publish("", queue, text("opens the link"));
        awaitNames(jmx, FACTORY, 1);
        awaitNames(jmx, LINK, 2);

        ResourceAdapterMXBean adapter = jmx.only(ADAPTER, ResourceAdapterMXBean.class);
        assertEquals(jmx.instance(), adapter.getName());
        assertNotEquals("", adapter.getVersion());
        assertRecent(adapter.getSince());
        assertEquals(2, adapter.getLinks());
        assertEquals(1, adapter.getConnectionFactories());
        assertEquals(1, adapter.getActivations());
        assertEquals(0, adapter.getListeners());
        factory.events().addListener(event -> {});
        assertEquals(1, adapter.getListeners());
        Until.holds("its threads are counted", SOON, () -> adapter.getThreads() == threads(jmx));
        List<String> last = List.of(adapter.getLastEvents());
        assertTrue(
                last.get(0).endsWith(" INFO " + jmx.instance() + " has started"), last::toString);
        assertTrue(last.size() >= 2, last::toString);
    }

    private static long threads(Jmx jmx) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(jmx.instance() + "-"))
                .count();
    }

    @Test
    void severalAdaptersStandSideBySideAndLeaveNothingBehind() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        publisher(factory).publish("", queue, text("here"));
        Jmx jmx = new Jmx(factory);
        awaitNames(jmx, FACTORY, 1);
        Jmx others;
        try (Rig other = Rig.started(proxy.port())) {
            MqConnectionFactory foreign = Rig.connectionFactory(other.pool());
            publisher(foreign).publish("", queue, text("there"));
            other.consume(queue, new Bean());
            others = new Jmx(foreign);
            assertNotEquals(jmx.instance(), others.instance());
            awaitNames(others, FACTORY, 1);
            assertEquals(1, others.names(ACTIVATION).size());
            awaitNames(others, LINK, 2);
            assertEquals(1, others.names(ADAPTER).size());
        }
        assertEquals(Set.of(), others.all());
        assertEquals(3, jmx.all().size());
        rig.close();
        assertEquals(Set.of(), jmx.all());
    }

    @Test
    void noAttributeShowsASecret() throws Exception {
        BrokerUser user = BrokerUser.on(Nodes.shared());
        rig.as(user).start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        rig.consume(queue, new Bean());
        publisher(factory).publish("", queue, text("with a secret"));
        Jmx jmx = new Jmx(factory);
        awaitNames(jmx, FACTORY, 1);
        user.changePassword("other-" + UUID.randomUUID());
        proxy.cut();
        LinkMXBean link = Jmx.proxy(jmx.names(LINK).iterator().next(), LinkMXBean.class);
        Until.holds("a refused login", SOON, () -> link.getAttempts() > 1);

        List<String> everything = jmx.everything();
        assertTrue(everything.size() > 40, everything.size() + " attributes");
        assertTrue(
                everything.stream().anyMatch(line -> line.contains(user.name())), "the user shows");
        List<String> leaks =
                everything.stream().filter(line -> line.contains(user.password())).toList();
        assertEquals(List.of(), leaks);
        rig.close();
        user.close();
    }

    // --- links ---

    @Test
    void aLinkThatAnOperatorStopsStaysClosedUntilItIsStarted() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        MqPublisher publisher = publisher(factory);
        publisher.publish("", queue, text("opens the link"));
        LinkMXBean link = new Jmx(factory).only(LINK, LinkMXBean.class);
        assertEquals("UP", link.getState());
        assertEquals("127.0.0.1:" + proxy.port(), link.getAddress());
        assertEquals(0, link.getAttempts());
        assertEquals(-1, link.getNextAttemptMillis());
        assertEquals(0, link.getReconnects());
        Until.holds("nothing in flight", SOON, () -> link.getInFlight() == 0);
        assertTrue(link.getChannels() > 0);
        assertFalse(link.isBlocked());
        assertNull(link.getLastCause());
        assertRecent(link.getSince());

        link.stop();
        Until.holds("closed", SOON, () -> "CLOSED".equals(link.getState()));
        Until.holds("no connection", SOON, () -> proxy.connections() == 0);
        Until.never("a reconnect", A_WHILE, () -> proxy.connections() > 0);
        assertEquals(MqOutcome.NOT_SENT, Rig.outcomeOf(publisher, "", queue, text("stopped")));
        assertEquals("CLOSED", link.getState());

        link.start();
        Until.holds("up again", SOON, () -> "UP".equals(link.getState()));
        publisher.publish("", queue, text("again"));
        assertEquals(List.of("opens the link", "again"), bare.drain(queue));
    }

    @Test
    void aLinkThatBacksOffConnectsAtOnceWhenItIsResumed() throws Exception {
        rig.with(a -> a.setReconnectInterval("30000")).start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        publisher(factory).publish("", queue, text("opens the link"));
        LinkMXBean link = new Jmx(factory).only(LINK, LinkMXBean.class);
        proxy.refuse(true);
        // The delay is drawn at random, from nothing to 30 s.
        Until.holds(
                "a long back-off",
                Duration.ofSeconds(30),
                () -> "BACKING_OFF".equals(link.getState()) && link.getNextAttemptMillis() > 6_000);
        assertTrue(link.getAttempts() >= 1);
        assertNotNull(link.getLastCause());
        assertEquals(0, link.getChannels());

        proxy.refuse(false);
        link.resume();

        Until.holds("up again", Duration.ofSeconds(5), () -> "UP".equals(link.getState()));
        assertEquals(1, link.getReconnects());
        assertEquals(-1, link.getNextAttemptMillis());
    }

    // --- connection factories ---

    @Test
    void everyPublishIsCountedOnceWithTheOutcomeThatItsCallerWasTold() throws Exception {
        rig.start();
        FakePool pool = rig.pool();
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        MqPublisher publisher = publisher(factory);
        String nowhere = Bare.name("nowhere");
        String full = bare.queue("full", Map.of("x-max-length", 1, "x-overflow", "reject-publish"));

        assertEquals(MqOutcome.CONFIRMED, Rig.outcomeOf(publisher, "", queue, text("1")));
        assertEquals(MqOutcome.CONFIRMED, Rig.outcomeOf(publisher, "", full, text("2")));
        assertEquals(MqOutcome.NACKED, Rig.outcomeOf(publisher, "", full, text("refused")));
        assertEquals(MqOutcome.RETURNED, Rig.outcomeOf(publisher, "", nowhere, text("lost")));
        assertEquals(MqOutcome.RETURNED, Rig.outcomeOf(publisher, nowhere, "k", text("lost")));
        byte[] large = new byte[17 << 20];
        MqMessage tooLarge = MqMessage.builder().body(large).build();
        assertEquals(MqOutcome.NOT_SENT, Rig.outcomeOf(publisher, "", queue, tooLarge));
        try (MqConnection handle = factory.getConnection()) {
            handle.publish("", queue, text("3"));
        }
        FakeTransactions transactions = rig.container().transactions();
        transactions.begin();
        publisher.publish("", queue, text("4"));
        publisher.publish("", queue, text("5"));
        publisher.publish("", nowhere, text("lost"));
        transactions.commit();
        transactions.begin();
        publisher.publish("", queue, text("rolled back"));
        publisher.publish("", queue, text("rolled back"));
        transactions.rollback();
        proxy.stall(Direction.DOWN, true);
        assertEquals(MqOutcome.UNKNOWN, Rig.outcomeOf(publisher, "", queue, text("6?")));
        ConnectionFactoryMXBean seen =
                new Jmx(factory).only(FACTORY, ConnectionFactoryMXBean.class);
        assertEquals(1, seen.getInFlight(), "written and not answered yet");
        proxy.stall(Direction.DOWN, false);

        Until.holds("all answered", SOON, () -> seen.getInFlight() == 0);
        assertEquals(5, seen.getConfirmed());
        assertEquals(3, seen.getReturned());
        assertEquals(1, seen.getNacked());
        assertEquals(1, seen.getUnknown());
        assertEquals(1, seen.getNotSent());
        assertEquals(2, seen.getRolledBack());
        assertEquals(0, seen.getWaitingInBackground());
        Until.holds(
                "the pool's connections",
                SOON,
                () ->
                        seen.getConnectionsOpen() == pool.size()
                                && seen.getConnectionsCreated() == pool.created()
                                && seen.getConnectionsDestroyed() == pool.created() - pool.size());
    }

    @Test
    void aFactoryShowsWhetherItCanPublishAndWhatItOwesToCommittedTransactions() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        MqPublisher publisher = publisher(factory);
        publisher.publish("", queue, text("opens the link"));
        Jmx jmx = new Jmx(factory);
        awaitNames(jmx, FACTORY, 1);
        ConnectionFactoryMXBean seen = jmx.only(FACTORY, ConnectionFactoryMXBean.class);
        assertEquals("READY", seen.getState());
        assertNull(seen.getTrouble());
        assertRecent(seen.getSince());

        FakeTransactions transactions = rig.container().transactions();
        transactions.begin();
        transactions
                .registry()
                .registerInterposedSynchronization(
                        new AfterCompletion(
                                () -> {
                                    proxy.refuse(true);
                                    Until.holds(
                                            "the loss is known",
                                            SOON,
                                            () -> "NOT_READY".equals(seen.getState()));
                                }));
        publisher.publish("", queue, text("owed"));
        publisher.publish("", queue, text("owed too"));
        transactions.commit();
        assertEquals(2, seen.getWaitingInBackground());
        assertEquals("NOT_READY", seen.getState());
        assertNotNull(seen.getTrouble());
        assertEquals(1, seen.getConfirmed());

        proxy.refuse(false);
        Until.holds("nothing owed", SOON, () -> seen.getWaitingInBackground() == 0);
        assertEquals(3, seen.getConfirmed());
        assertEquals("READY", seen.getState());
    }

    @Test
    void aFactoryIsGoneWhenItsConnectionsAreAndComesBackWithItsCounters() throws Exception {
        rig.with(a -> a.setLinkIdleTimeout("300")).start();
        FakePool pool = rig.pool();
        MqConnectionFactory factory = Rig.connectionFactory(pool);
        MqConnectionFactory other = Rig.connectionFactory(rig.pool());
        publisher(factory).publish("", queue, text("one"));
        publisher(other).publish("", queue, text("two"));
        Jmx jmx = new Jmx(factory);
        awaitNames(jmx, FACTORY, 2);
        Set<ObjectName> both = jmx.names(FACTORY);
        Until.never("gone while it has connections", A_WHILE, () -> jmx.names(FACTORY).size() < 2);

        pool.close();
        awaitNames(jmx, FACTORY, 1);
        assertTrue(both.containsAll(jmx.names(FACTORY)));
        Until.never("the other one is gone", A_WHILE, () -> jmx.names(FACTORY).isEmpty());

        publisher(factory).publish("", queue, text("three"));
        awaitNames(jmx, FACTORY, 2);
        long confirmed = 0;
        for (ObjectName name : jmx.names(FACTORY)) {
            confirmed += Jmx.proxy(name, ConnectionFactoryMXBean.class).getConfirmed();
        }
        assertEquals(3, confirmed);
    }

    @Test
    void aFactoryThatNeverHadAConnectionShowsToo() throws Exception {
        proxy.refuse(true);
        rig.with(a -> a.setLinkIdleTimeout("300")).start();
        MqManagedConnectionFactory named = new MqManagedConnectionFactory();
        named.setConnectionName("the shop's");
        named.setPublishTimeout("200");
        MqConnectionFactory factory = Rig.connectionFactory(rig.container().pool(named, 2));
        assertEquals(
                MqOutcome.NOT_SENT, Rig.outcomeOf(publisher(factory), "", queue, text("lost")));
        Jmx jmx = new Jmx(factory);
        awaitNames(jmx, FACTORY, 1);
        ConnectionFactoryMXBean seen = jmx.only(FACTORY, ConnectionFactoryMXBean.class);
        assertEquals("the shop's", seen.getName());
        assertEquals(1, seen.getNotSent());
        assertEquals(0, seen.getConnectionsOpen());
        awaitNames(jmx, FACTORY, 0);
    }

    // --- activations ---

    @Test
    void anActivationCountsWhatBecameOfItsMessages() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        CountDownLatch gate = new CountDownLatch(1);
        Bean bean =
                new Bean(
                        message -> {
                            if (message.text().equals("bad") && !message.redelivered()) {
                                throw new IllegalStateException("a bad message");
                            }
                            if (message.text().equals("slow")) {
                                assertTrue(gate.await(SOON.toSeconds(), TimeUnit.SECONDS));
                            }
                        });
        MqActivationSpec spec = rig.spec(queue);
        spec.setMaxSession("2");
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        ActivationMXBean seen = new Jmx(factory).only(ACTIVATION, ActivationMXBean.class);
        Until.holds("consuming", SOON, () -> "CONSUMING".equals(seen.getState()));
        assertEquals("Bean", seen.getName());
        assertEquals(queue, seen.getDestination());
        assertEquals(2, seen.getSessions());
        assertEquals(2, seen.getSessionsConsuming());
        assertEquals(0, seen.getAttempts());
        assertRecent(seen.getSince());

        for (int i = 0; i < 10; i++) {
            bare.publish(queue, "good");
        }
        bare.publish(queue, "bad");
        // The bad one twice: when its copy waits elsewhere, and when that has been processed.
        Until.holds("the bad one again", SOON, () -> seen.getAcknowledged() == 12);
        bare.publish(queue, "slow");
        Until.holds("in flight", SOON, () -> seen.getInFlight() == 1);
        assertEquals(12, seen.getDelivered());
        gate.countDown();
        Until.holds("all done", SOON, () -> seen.getAcknowledged() == 13);
        assertEquals(13, seen.getDelivered());
        assertEquals(1, seen.getFailed());
        assertEquals(1, seen.getRetried());
        assertEquals(0, seen.getParked());
        assertEquals(0, seen.getReturned());
        assertEquals(0, seen.getInFlight());
        assertNull(seen.getLastTrouble());

        proxy.refuse(true);
        Until.holds("waiting", SOON, () -> "WAITING".equals(seen.getState()));
        Until.holds("it tries", SOON, () -> seen.getAttempts() > 0);
        assertEquals(0, seen.getSessionsConsuming());
        assertTrue(seen.getLastTrouble().startsWith("lost its subscription: "));
        proxy.refuse(false);
        Until.holds("consuming", SOON, () -> "CONSUMING".equals(seen.getState()));
        assertEquals(0, seen.getAttempts());
    }

    @Test
    void aPausedActivationLetsItsDeliveryEndAndConsumesNothingUntilItIsStarted() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        CountDownLatch gate = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(gate.await(SOON.toSeconds(), TimeUnit.SECONDS)));
        rig.consume(queue, bean);
        ActivationMXBean seen = new Jmx(factory).only(ACTIVATION, ActivationMXBean.class);
        for (int i = 0; i < 5; i++) {
            bare.publish(queue, "m" + i);
        }
        Until.holds("one runs", SOON, () -> seen.getInFlight() == 1);

        seen.stop();
        assertEquals("PAUSING", seen.getState());
        Until.holds("consumer cancelled", SOON, () -> bare.consumers(queue) == 0);
        assertEquals("PAUSING", seen.getState(), "a delivery still runs");
        gate.countDown();
        Until.holds("paused", SOON, () -> "PAUSED".equals(seen.getState()));
        assertEquals(1, seen.getAcknowledged());
        assertEquals(4, seen.getReturned());
        Until.holds("the rest is back", SOON, () -> bare.ready(queue) == 4);
        proxy.cut();
        seen.resume();
        Until.never("a consumer while paused", A_WHILE, () -> bare.consumers(queue) > 0);
        assertEquals("PAUSED", seen.getState());
        assertEquals(1, bean.count());

        seen.start();
        Until.holds("all delivered", SOON, () -> seen.getAcknowledged() == 5);
        assertEquals("CONSUMING", seen.getState());
        assertEquals(List.of("m0", "m1", "m2", "m3", "m4"), bean.texts());
    }

    @Test
    void goingOnWhileADeliveryStillRunsNeverRunsTwoAtOnce() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        CountDownLatch gate = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(gate.await(SOON.toSeconds(), TimeUnit.SECONDS)));
        FakeEndpoints endpoints = rig.consume(queue, bean);
        ActivationMXBean seen = new Jmx(factory).only(ACTIVATION, ActivationMXBean.class);
        bare.publish(queue, "first");
        bare.publish(queue, "second");
        Until.holds("one runs", SOON, () -> seen.getInFlight() == 1);

        seen.stop();
        seen.start();
        seen.stop();
        seen.start();
        bare.publish(queue, "third");
        Until.never("a second one", A_WHILE, () -> bean.mostRunning() > 1 || bean.count() > 1);
        gate.countDown();

        Until.holds("all", SOON, () -> seen.getAcknowledged() == 3);
        assertEquals(1, bean.mostRunning());
        assertEquals(Set.of("first", "second", "third"), Set.copyOf(bean.texts()));
        Until.holds("one endpoint", SOON, () -> endpoints.open() == 1);
        assertEquals(1, bare.consumers(queue));
    }

    @Test
    void aPauseThatFollowsBeforeAllHasGoneOnIsKept() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        CountDownLatch gate = new CountDownLatch(1);
        Bean bean = new Bean(m -> assertTrue(gate.await(SOON.toSeconds(), TimeUnit.SECONDS)));
        rig.consume(queue, bean);
        ActivationMXBean seen = new Jmx(factory).only(ACTIVATION, ActivationMXBean.class);
        bare.publish(queue, "first");
        bare.publish(queue, "second");
        Until.holds("one runs", SOON, () -> seen.getInFlight() == 1);

        seen.stop();
        seen.start();
        seen.stop();
        gate.countDown();

        Until.holds("paused", SOON, () -> "PAUSED".equals(seen.getState()));
        Until.never("a consumer while paused", A_WHILE, () -> bare.consumers(queue) > 0);
        assertEquals("PAUSED", seen.getState());
        assertEquals(List.of("first"), bean.texts());
        assertEquals(1, bare.ready(queue));
    }

    @Test
    void aPausedActivationCanBeDeactivatedAndActivatedAgain() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        Bean bean = new Bean();
        MqActivationSpec spec = rig.spec(queue);
        FakeEndpoints endpoints = rig.endpoints(bean);
        rig.container().activate(endpoints, spec);
        Jmx jmx = new Jmx(factory);
        ActivationMXBean seen = jmx.only(ACTIVATION, ActivationMXBean.class);
        Until.holds("consuming", SOON, () -> "CONSUMING".equals(seen.getState()));
        seen.stop();
        Until.holds("paused", SOON, () -> "PAUSED".equals(seen.getState()));

        rig.container().deactivate(endpoints, spec);
        assertEquals(Set.of(), jmx.names(ACTIVATION));
        assertEquals(0, endpoints.open());

        rig.container().activate(endpoints, spec);
        bare.publish(queue, "again");
        Until.holds("delivered", SOON, () -> bean.texts().equals(List.of("again")));
        assertEquals(
                0, jmx.only(ACTIVATION, ActivationMXBean.class).getFailed(), "counts start anew");
    }

    @Test
    void anActivationThatBacksOffTriesAtOnceWhenItIsResumed() throws Exception {
        rig.with(a -> a.setReconnectInterval("30000")).start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        String missing = Bare.name("missing");
        rig.consume(missing, new Bean());
        ActivationMXBean seen = new Jmx(factory).only(ACTIVATION, ActivationMXBean.class);
        Until.holds("backs off", SOON, () -> seen.getAttempts() > 0);
        assertEquals("WAITING", seen.getState());
        Until.holds(
                "the trouble",
                SOON,
                () -> String.valueOf(seen.getLastTrouble()).contains("no queue"));

        // By itself it would try after a time between nothing and 30 s.
        bare.declare(missing, Map.of());
        seen.resume();

        Until.holds("consuming", Duration.ofSeconds(2), () -> "CONSUMING".equals(seen.getState()));
    }

    @Test
    void twoBeansOfOneNameAreTwoActivations() throws Exception {
        rig.start();
        MqConnectionFactory factory = Rig.connectionFactory(rig.pool());
        rig.consume(queue, new Bean());
        rig.consume(queue, new Bean());
        Jmx jmx = new Jmx(factory);
        List<String> names =
                jmx.names(ACTIVATION).stream()
                        .map(name -> Jmx.proxy(name, ActivationMXBean.class).getName())
                        .sorted()
                        .toList();
        assertEquals(List.of("Bean", "Bean #2"), names);
    }
}
