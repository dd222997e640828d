package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnectionFactory;
import io.leveret.MqEvent;
import io.leveret.MqEvent.Source;
import io.leveret.MqEvents;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.ra.inbound.MqActivationSpec;
import io.leveret.ra.observe.ActivationMXBean;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.observe.ConnectionFactoryMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application hears of the adapter. */
@Timeout(60)
class ObservationTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final List<MqEvent> heard = new CopyOnWriteArrayList<>();
    private Bare bare;
    private FaultProxy proxy;
    private Rig rig;
    private MqConnectionFactory factory;
    private MqPublisher publisher;
    private String queue;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("observed");
        proxy = FaultProxy.to(Nodes.shared());
        rig = new Rig(proxy.port()).with(a -> a.setConnections("1")).start();
        factory = Rig.connectionFactory(rig.pool());
        publisher = factory.createPublisher(MqPublisherOptions.defaults());
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        proxy.close();
        bare.close();
        rig.assertContractKept();
    }

    private List<MqEvent> of(Source source) {
        return heard.stream().filter(e -> e.source() == source).toList();
    }

    /** Changes of state, without what the client mutters meanwhile. */
    private List<MqEvent> changesOf(Source source) {
        return of(source).stream().filter(e -> e.state() != null).toList();
    }

    private static List<String> states(List<MqEvent> events) {
        return events.stream().map(MqEvent::state).toList();
    }

    private MqEvent lastOf(Source source) {
        List<MqEvent> all = changesOf(source);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    private void awaitState(Source source, String state) throws Exception {
        Until.holds(
                source + " " + state,
                SOON,
                () -> lastOf(source) != null && state.equals(lastOf(source).state()));
    }

    private long linksThatBackOff() {
        return changesOf(Source.LINK).stream()
                .filter(e -> "BACKING_OFF".equals(e.state()))
                .map(MqEvent::name)
                .distinct()
                .count();
    }

    @Test
    void anOutageIsToldInOrderWithAddressCauseAttemptAndDelay() throws Exception {
        factory.events().addListener(heard::add);
        publisher.publish("", queue, MqMessage.text("opens the link"));
        awaitState(Source.LINK, "UP");

        proxy.refuse(true);
        Until.holds("three attempts", SOON, () -> changesOf(Source.LINK).size() >= 5);
        proxy.refuse(false);
        awaitState(Source.LINK, "UP");

        List<MqEvent> told = changesOf(Source.LINK);
        String name = told.get(0).name();
        int last = told.size() - 1;
        for (int i = 0; i <= last; i++) {
            MqEvent event = told.get(i);
            assertEquals(name, event.name());
            assertEquals("127.0.0.1:" + proxy.port(), event.address(), event.text());
            boolean up = i == 0 || i == last;
            assertEquals(up ? "UP" : "BACKING_OFF", event.state(), event.text());
            assertEquals(up, event.cause() == null, event.text());
            assertEquals(up, event.nextDelay() == null, event.text());
            assertEquals(i == last ? last - 1 : i, event.attempt(), event.text());
            if (i > 0) {
                Duration delay = told.get(i - 1).nextDelay();
                Instant due = delay == null ? Instant.MIN : told.get(i - 1).time().plus(delay);
                // Clocks tick coarser than timers.
                assertFalse(event.time().plusMillis(2).isBefore(due), event.text());
            }
        }
        assertEquals(MqEvent.Severity.WARNING, told.get(1).severity());
        assertEquals(MqEvent.Severity.DETAIL, told.get(2).severity());
        assertEquals(MqEvent.Severity.INFO, told.get(last).severity());
    }

    @Test
    void anActivationTellsItsStates() throws Exception {
        factory.events().addListener(heard::add);
        MqActivationSpec spec = rig.spec(queue);
        spec.setMaxSession("2");
        FakeEndpoints endpoints = rig.endpoints(new Bean());
        rig.container().activate(endpoints, spec);
        awaitState(Source.ACTIVATION, "CONSUMING");

        proxy.refuse(true);
        awaitState(Source.ACTIVATION, "WAITING");
        MqEvent lost = lastOf(Source.ACTIVATION);
        assertEquals(MqEvent.Severity.WARNING, lost.severity());
        assertEquals("Bean", lost.name());
        assertNotNull(lost.cause());
        assertEquals(1, lost.attempt());
        assertNotNull(lost.nextDelay());
        proxy.refuse(false);
        awaitState(Source.ACTIVATION, "CONSUMING");

        rig.container().deactivate(endpoints, spec);
        awaitState(Source.ACTIVATION, "STOPPED");
        List<String> states =
                of(Source.ACTIVATION).stream()
                        .filter(e -> e.severity() != MqEvent.Severity.DETAIL)
                        .map(MqEvent::state)
                        .toList();
        assertEquals(List.of("CONSUMING", "WAITING", "CONSUMING", "STOPPED"), states);
    }

    @Test
    void aMissingQueueIsToldOnceWithCauseAndAttempt() throws Exception {
        factory.events().addListener(heard::add);
        String missing = Bare.name("missing");
        MqActivationSpec spec = rig.spec(missing);
        spec.setMaxSession("3");
        rig.container().activate(rig.endpoints(new Bean()), spec);
        ActivationMXBean seen = new Jmx(factory).only("Activation", ActivationMXBean.class);
        Until.holds("several attempts", SOON, () -> seen.getAttempts() >= 3);
        bare.declare(missing, Map.of());
        awaitState(Source.ACTIVATION, "CONSUMING");
        List<MqEvent> warnings =
                of(Source.ACTIVATION).stream()
                        .filter(e -> e.severity() == MqEvent.Severity.WARNING)
                        .toList();
        assertEquals(1, warnings.size(), warnings::toString);
        assertEquals("WAITING", warnings.get(0).state());
        assertEquals(1, warnings.get(0).attempt());
        assertTrue(Causes.text(warnings.get(0).cause()).contains(missing));
        assertTrue(warnings.get(0).text().contains("cannot consume"), warnings.get(0).text());
    }

    @Test
    void whatIsNotPublishedAfterACommitNamesItsFactory() throws Exception {
        factory.events().addListener(heard::add);
        rig.container().transactions().begin();
        publisher.publish("", Bare.name("nowhere"), MqMessage.text("lost"));
        rig.container().transactions().commit();
        Until.holds("an event", SOON, () -> !of(Source.CONNECTION_FACTORY).isEmpty());
        MqEvent event = of(Source.CONNECTION_FACTORY).get(0);
        assertEquals(MqEvent.Severity.ALARM, event.severity());
        assertTrue(event.text().contains("can never be published"), event.text());
        assertEquals(
                new Jmx(factory).only("ConnectionFactory", ConnectionFactoryMXBean.class).getName(),
                event.name());
    }

    @Test
    void anApplicationHearsTheStopToTheEnd() throws Exception {
        MqEvents events = factory.events();
        events.addListener(heard::add);
        publisher.publish("", queue, MqMessage.text("opens the link"));
        rig.close();
        List<MqEvent> told = of(Source.RESOURCE_ADAPTER);
        assertEquals(List.of("STOPPING", "STOPPED"), states(told));
        assertThrows(IllegalStateException.class, () -> events.addListener(heard::add));
        assertThrows(IllegalStateException.class, () -> factory.events());
    }

    @Test
    void allFactoriesOfAnAdapterGiveTheSameEventsAndAnotherAdapterOthers() throws Exception {
        MqConnectionFactory second = Rig.connectionFactory(rig.pool());
        assertSame(factory.events(), second.events());
        try (Rig other = Rig.started(proxy.port())) {
            MqConnectionFactory foreign = Rig.connectionFactory(other.pool());
            assertNotSame(factory.events(), foreign.events());
            factory.events().addListener(heard::add);
            foreign.createPublisher(MqPublisherOptions.defaults())
                    .publish("", queue, MqMessage.text("elsewhere"));
        }
        publisher.publish("", queue, MqMessage.text("here"));
        awaitState(Source.LINK, "UP");
        assertEquals(1, heard.size(), heard::toString);
    }

    @Test
    void theLastEventsAreKeptForThoseWhoAskLater() throws Exception {
        publisher.publish("", queue, MqMessage.text("opens the link"));
        Until.holds("the link's event", SOON, () -> factory.events().latest().size() >= 2);
        List<MqEvent> latest = factory.events().latest();
        assertEquals("STARTED", latest.get(0).state());
        assertEquals("UP", latest.get(1).state());
        assertNull(latest.get(1).cause());
    }

    @Test
    void aListenerThatBlocksOrThrowsHarmsNobody() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        factory.events()
                .addListener(
                        event -> {
                            entered.countDown();
                            // Longer than anybody here waits.
                            assertTrue(gate.await(3 * SOON.toSeconds(), TimeUnit.SECONDS));
                        });
        factory.events()
                .addListener(
                        event -> {
                            throw new IllegalStateException("an application's mistake");
                        });
        factory.events().addListener(heard::add);
        Bean bean = new Bean();
        rig.consume(queue, bean);
        publisher.publish("", queue, MqMessage.text("before"));
        assertTrue(entered.await(SOON.toSeconds(), TimeUnit.SECONDS));

        proxy.refuse(true);
        // The publisher's link and the session's: what is published before either knows of its
        // loss is in doubt, and this test is not about that.
        Until.holds("both links know of their loss", SOON, () -> linksThatBackOff() == 2);
        proxy.refuse(false);
        publisher.publish("", queue, MqMessage.text("after"));
        Until.holds("both", SOON, () -> bean.texts().containsAll(List.of("before", "after")));
        awaitState(Source.ACTIVATION, "CONSUMING");
        long mistakes =
                of(Source.RESOURCE_ADAPTER).stream()
                        .filter(e -> e.text().contains("a listener that fails"))
                        .count();
        assertEquals(1, mistakes, "told once");

        long start = System.nanoTime();
        rig.close();
        long took = Duration.ofNanos(System.nanoTime() - start).toMillis();
        assertTrue(took < 5_000, "stopping took " + took + " ms");
        assertEquals(1, gate.getCount(), "it blocked until now");
        gate.countDown();
    }
}
