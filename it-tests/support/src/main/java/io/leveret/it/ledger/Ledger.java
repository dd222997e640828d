package io.leveret.it.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What all ledger files of a test say, by message. Add the files when nothing writes to them any
 * more, then {@link #reconcile} them with what the queues still hold. Not thread-safe.
 */
public final class Ledger {

    /** How long after its end a fault still explains a duplicate, unless told otherwise. */
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(1);

    private final Map<String, MessageTrail> trails = new HashMap<>();
    private final FaultWindows faults = new FaultWindows();
    private long latest;
    private int tornLines;

    /**
     * Reads ledger files, in any order.
     *
     * @throws IOException when a file is missing, cannot be read or is damaged elsewhere than at
     *     its last line
     */
    public static Ledger read(Path... files) throws IOException {
        Ledger ledger = new Ledger();
        for (Path file : files) {
            ledger.tornLines += LedgerReader.read(file, ledger::add);
        }
        return ledger;
    }

    /** Adds one event. */
    public void add(LedgerEvent event) {
        latest = Math.max(latest, event.time());
        if (event instanceof LedgerEvent.AttemptBegun e) {
            trail(e.id()).attemptBegun();
        } else if (event instanceof LedgerEvent.AttemptEnded e) {
            trail(e.id()).attemptEnded(e.outcome());
        } else if (event instanceof LedgerEvent.TransactionEnded e) {
            trail(e.id()).transactionEnded(e.committed());
        } else if (event instanceof LedgerEvent.DeliveryBegun e) {
            trail(e.id()).seen(sighting(e));
        } else if (event instanceof LedgerEvent.DeliveryEnded e) {
            trail(e.id()).processed(e.delivery(), e.ok());
        } else if (event instanceof LedgerEvent.FaultBegun e) {
            faults.begin(e.name(), e.time());
        } else if (event instanceof LedgerEvent.FaultEnded e) {
            faults.end(e.name(), e.time());
        }
    }

    /** {@link #reconcile(Collection, Duration)} with {@link #DEFAULT_GRACE}. */
    public LedgerReport reconcile(Collection<HeldMessage> inBroker) {
        return reconcile(inBroker, DEFAULT_GRACE);
    }

    /**
     * Compares what was published with what was received and what the broker still holds.
     *
     * <p>Call it once. It counts messages, not lines, where naive counting goes wrong:
     *
     * <ul>
     *   <li>A message is received when its work was done, not when it was delivered: failed work
     *       and work that a crash cut off leave a confirmed message lost.
     *   <li>A delivery after failed work is a retry, not a duplicate, and needs no mark.
     *   <li>A message with several attempts counts by its strongest outcome: CONFIRMED, then
     *       UNKNOWN, unfinished, NACKED, RETURNED, NOT_SENT.
     *   <li>UNKNOWN, NACKED and unfinished bind nobody: absent is no loss, present no phantom.
     *   <li>Received and still in a queue is a duplicate that has not happened yet.
     * </ul>
     *
     * <p>A duplicate is every sighting beyond the first whose work did not fail. It is explained
     * when there is a reason (an ambiguous publish, work that was cut off, or a fault between the
     * first sighting and this one) and a mark (the broker's redelivered flag on it, or the
     * publisher's possible-duplicate mark on some copy: the marked one may arrive first).
     *
     * @param inBroker messages left in all queues that the test's messages can reach, parking and
     *     wait queues included
     * @param grace how long after its end a fault still counts, because what it broke is noticed
     *     later
     */
    public LedgerReport reconcile(Collection<HeldMessage> inBroker, Duration grace) {
        long end = latest + 1;
        for (HeldMessage held : inBroker) {
            trail(held.id().isEmpty() ? "(no message id)" : held.id())
                    .seen(
                            new MessageTrail.Sighting(
                                    end,
                                    "",
                                    held.redelivered(),
                                    held.possibleDuplicate(),
                                    MessageTrail.Work.HELD));
        }
        Reconciliation reconciliation = new Reconciliation(faults, grace.toNanos() / 1_000);
        trails.forEach(reconciliation::judge);
        return reconciliation.report(tornLines);
    }

    /** Ids that were attempted, in no particular order. */
    public List<String> published() {
        return trails.entrySet().stream()
                .filter(e -> e.getValue().published())
                .map(Map.Entry::getKey)
                .toList();
    }

    private MessageTrail trail(String id) {
        return trails.computeIfAbsent(id, key -> new MessageTrail());
    }

    private static MessageTrail.Sighting sighting(LedgerEvent.DeliveryBegun e) {
        return new MessageTrail.Sighting(
                e.time(),
                e.delivery(),
                e.redelivered(),
                e.possibleDuplicate(),
                MessageTrail.Work.UNFINISHED);
    }
}
