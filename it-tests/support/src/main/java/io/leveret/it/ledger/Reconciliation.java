package io.leveret.it.ledger;

import io.leveret.it.ledger.MessageTrail.Sighting;
import io.leveret.it.ledger.MessageTrail.Work;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Judges message by message and adds up. Not thread-safe; used for one report. */
final class Reconciliation {

    private static final int EXAMPLES = 20;

    private final FaultWindows faults;
    private final long graceMicros;
    private final Map<Finding, Integer> counts = new EnumMap<>(Finding.class);
    private final Map<Finding, List<String>> examples = new EnumMap<>(Finding.class);
    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    private int published;
    private int attempts;
    private int unfinished;
    private int committed;
    private int rolledBack;
    private int received;
    private int deliveries;
    private int failed;
    private int duplicatesExplained;

    Reconciliation(FaultWindows faults, long graceMicros) {
        this.faults = faults;
        this.graceMicros = graceMicros;
    }

    void judge(String id, MessageTrail trail) {
        countPublish(trail);
        deliveries += trail.deliveries();
        failed += trail.count(Work.FAILED);
        int done = trail.count(Work.OK);
        int held = trail.count(Work.HELD);
        received += done > 0 ? 1 : 0;
        if (trail.had(Outcome.CONFIRMED) && done == 0 && held == 0) {
            find(Finding.LOST, id + " " + lossDetail(trail));
        }
        if (held > 0) {
            find(done > 0 ? Finding.DUPLICATE_PENDING : Finding.STUCK, id);
        }
        judgePhantom(id, trail);
        if (trail.committed() && neverPublished(trail)) {
            find(Finding.COMMITTED_NEVER_PUBLISHED, id);
        }
        judgeDuplicates(id, trail);
    }

    LedgerReport report(int tornLines) {
        return new LedgerReport(
                published,
                attempts,
                outcomes.getOrDefault(Outcome.CONFIRMED, 0),
                outcomes.getOrDefault(Outcome.RETURNED, 0),
                outcomes.getOrDefault(Outcome.NACKED, 0),
                outcomes.getOrDefault(Outcome.UNKNOWN, 0),
                outcomes.getOrDefault(Outcome.NOT_SENT, 0),
                unfinished,
                committed,
                rolledBack,
                received,
                deliveries,
                failed,
                duplicatesExplained,
                faults.count(),
                tornLines,
                Collections.unmodifiableMap(new EnumMap<>(counts)),
                Collections.unmodifiableMap(new EnumMap<>(examples)));
    }

    private void countPublish(MessageTrail trail) {
        attempts += trail.attempts();
        committed += trail.committed() ? 1 : 0;
        rolledBack += trail.rolledBackForGood() ? 1 : 0;
        if (!trail.published()) {
            return;
        }
        published++;
        if (trail.had(Outcome.CONFIRMED)) {
            outcomes.merge(Outcome.CONFIRMED, 1, Integer::sum);
        } else if (trail.had(Outcome.UNKNOWN)) {
            outcomes.merge(Outcome.UNKNOWN, 1, Integer::sum);
        } else if (trail.unfinished()) {
            unfinished++;
        } else if (trail.had(Outcome.NACKED)) {
            outcomes.merge(Outcome.NACKED, 1, Integer::sum);
        } else if (trail.had(Outcome.RETURNED)) {
            outcomes.merge(Outcome.RETURNED, 1, Integer::sum);
        } else {
            outcomes.merge(Outcome.NOT_SENT, 1, Integer::sum);
        }
    }

    private void judgePhantom(String id, MessageTrail trail) {
        if (!trail.seen()) {
            return;
        }
        if (trail.rolledBackForGood()) {
            find(Finding.ROLLED_BACK_BUT_SEEN, id);
            find(Finding.PHANTOM, id + " rolled back");
        } else if (!trail.published() && !trail.committed()) {
            find(Finding.PHANTOM, id + " never published");
        } else if (trail.published() && !trail.had(Outcome.CONFIRMED) && !trail.ambiguous()) {
            find(Finding.PHANTOM, id + (trail.had(Outcome.RETURNED) ? " returned" : " not sent"));
        }
    }

    /** UNKNOWN, NACKED and RETURNED prove an attempt; no outcome and NOT_SENT do not. */
    private static boolean neverPublished(MessageTrail trail) {
        return !trail.seen()
                && !trail.had(Outcome.CONFIRMED)
                && !trail.had(Outcome.UNKNOWN)
                && !trail.had(Outcome.NACKED)
                && !trail.had(Outcome.RETURNED);
    }

    private void judgeDuplicates(String id, MessageTrail trail) {
        List<Sighting> sightings = trail.workedOn();
        for (int i = 1; i < sightings.size(); i++) {
            Sighting sighting = sightings.get(i);
            boolean cutOff =
                    sightings.subList(0, i).stream().anyMatch(s -> s.work() == Work.UNFINISHED);
            boolean reason =
                    cutOff
                            || trail.ambiguous()
                            || faults.overlaps(
                                    sightings.get(0).time() - graceMicros, sighting.time());
            boolean mark = sighting.redelivered() || trail.carriesMark();
            if (reason && mark) {
                duplicatesExplained++;
            } else {
                find(Finding.DUPLICATE_UNEXPLAINED, id + " " + unexplained(reason, mark));
            }
        }
    }

    private static String unexplained(boolean reason, boolean mark) {
        if (reason) {
            return "not marked";
        }
        return mark ? "marked, but nothing failed" : "nothing failed, not marked";
    }

    private static String lossDetail(MessageTrail trail) {
        if (trail.count(Work.FAILED) > 0) {
            return "failed, not retried";
        }
        return trail.seen() ? "delivered, work cut off" : "never delivered";
    }

    private void find(Finding finding, String detail) {
        counts.merge(finding, 1, Integer::sum);
        List<String> list = examples.computeIfAbsent(finding, key -> new ArrayList<>());
        if (list.size() < EXAMPLES) {
            list.add(detail);
        }
    }
}
