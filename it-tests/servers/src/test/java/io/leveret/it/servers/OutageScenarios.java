package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.it.broker.BrokerContents;
import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.LedgerReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The broker dies, or is not there yet. */
abstract class OutageScenarios extends ServerScenarios {

    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(20);

    /** A broker that dies younger than this may forget that it has a new quorum queue. */
    private static final long QUEUE_AGE = TimeUnit.MILLISECONDS.toNanos(1_500);

    private static final int PUBLISHERS = 4;
    private static final int OBSERVED_SECONDS = 3;

    /** Two connections for each direction, none of them more often than four times a second. */
    private static final int MOST_ATTEMPTS = 4 * 4 * OBSERVED_SECONDS;

    /** The kind that is meant to survive. */
    @Override
    String queueType() {
        return "quorum";
    }

    @Test
    @Tag("smoke")
    void after_a_broker_is_killed_and_restarted_both_directions_go_on_and_nothing_is_lost()
            throws Exception {
        Path folder = newFolder("ledgers");
        long declared = System.nanoTime();
        app().startStream(newId("stream"), PUBLISHERS, OUT, folder);
        try (LedgerLog faults = LedgerLog.open(folder.resolve("faults.ledger"))) {
            awaitStream(200);
            Eventually.value("queue age", System::nanoTime, now -> now - declared > QUEUE_AGE);

            faults.faultBegun("kill");
            broker().kill();
            broker().restart();
            faults.faultEnded("kill");

            awaitStream(app().stream().confirmed() + 200);
        } catch (Exception | AssertionError e) {
            app().stopStream();
            throw e;
        }
        AppClient.Counts counts = app().stopStream();
        Path entries = folder.resolve("in.ledger");
        Eventually.value(
                "lost so far",
                DRAIN_LIMIT,
                () -> Ledger.read(entries).reconcile(List.of()).lost(),
                lost -> lost == 0);
        // What was worked on but not acknowledged shows up in the queue when its consumer is gone.
        withoutApplication(
                () -> {
                    Path faults = folder.resolve("faults.ledger");
                    LedgerReport in = Ledger.read(entries, faults).reconcile(held(IN));
                    LedgerReport out = takeOut(Ledger.read(folder.resolve("out.ledger"), faults));
                    System.out.println("into the application\n" + in + "out of it\n" + out);
                    assertTrue(in.clean(), in::toString);
                    assertEquals(counts.attempted(), in.published(), "attempts in the ledger");
                    assertTrue(out.clean(), out::toString);
                    assertEquals(in.received(), out.received(), "what came in went out");
                });
    }

    /** Counts what lies in the last queue as received: there is nobody behind it. */
    private LedgerReport takeOut(Ledger ledger) throws Exception {
        for (HeldMessage message : held(OUT)) {
            LedgerLog.Delivery delivery = new LedgerLog.Delivery(message.id(), newId("taken"));
            ledger.add(
                    new LedgerEvent.DeliveryBegun(
                            LedgerLog.now(),
                            message.id(),
                            delivery.token(),
                            message.redelivered(),
                            message.possibleDuplicate()));
            ledger.add(
                    new LedgerEvent.DeliveryEnded(
                            LedgerLog.now(), message.id(), delivery.token(), true));
        }
        return ledger.reconcile(List.of());
    }

    @Test
    void deployed_while_the_broker_is_away_it_consumes_as_soon_as_the_broker_is_there()
            throws Exception {
        String waiting = newId("waiting");
        try {
            withoutAdapter(
                    () -> {
                        queues().publish(IN, waiting, Map.of());
                        broker().stop();
                    });
            Eventually.value("application ready", app()::ready, ready -> ready);
        } finally {
            broker().restart();
        }

        awaitReceived(waiting);
        String id = newId("then");
        assertEquals("CONFIRMED", app().publish("", IN, id));
        awaitReceived(id);
    }

    @Test
    void a_broker_that_is_away_is_not_stormed_however_many_want_to_publish() throws Exception {
        int attempts;
        withoutAdapter(() -> broker().stop());
        try {
            Eventually.value("application ready", app()::ready, ready -> ready);
            app().startStream(newId("waiting"), PUBLISHERS, OUT, newFolder("ledgers"));
            attempts = ConnectionCounter.count(broker().port(), OBSERVED_SECONDS);
        } finally {
            broker().restart();
            app().stopStream();
        }

        assertTrue(attempts > 0, "nobody tried to connect");
        assertTrue(attempts <= MOST_ATTEMPTS, "attempts to connect: " + attempts);
        assertEquals("CONFIRMED", app().publish("", IN, newId("then")));
    }

    @Test
    void a_bean_that_observes_events_hears_of_an_outage_and_of_its_end() throws Exception {
        assertEquals("CONFIRMED", app().publish("", IN, newId("before")));
        int before = app().changes().size();
        broker().kill();
        int during;
        try {
            awaitChanges(before, "LINK BACKING_OFF", "ACTIVATION WAITING");
            during = app().changes().size();
        } finally {
            broker().restart();
        }
        awaitChanges(during, "LINK UP", "ACTIVATION CONSUMING");
    }

    /** Waits until a bean has observed these, in any order. */
    private void awaitChanges(int after, String... wanted) {
        Eventually.value(
                "changes observed",
                () -> app().changes().stream().skip(after).toList(),
                changes -> changes.containsAll(List.of(wanted)));
    }

    private void awaitStream(long confirmed) {
        Eventually.value("stream", () -> app().stream(), c -> c.confirmed() >= confirmed);
    }

    private List<HeldMessage> held(String queue) throws Exception {
        return BrokerContents.drain(broker().uri(), List.of(queue), DRAIN_LIMIT);
    }
}
