package io.leveret.it.ledger;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The result of a reconciliation. Counts are messages (distinct ids) unless said otherwise; {@code
 * published = confirmed + returned + nacked + unknown + notSent + unfinished}. Immutable.
 *
 * @param published messages that somebody tried to publish
 * @param attempts publish attempts, more than {@code published} when ids were published again
 * @param confirmed messages with a confirmed attempt
 * @param returned messages whose strongest outcome is RETURNED
 * @param nacked messages whose strongest outcome is NACKED
 * @param unknown messages without a confirm and with an UNKNOWN attempt
 * @param notSent messages of which no attempt was sent
 * @param unfinished messages with an attempt that has no outcome, as after a crash
 * @param committed messages whose transaction was committed
 * @param rolledBack messages whose transactions were all rolled back
 * @param received messages whose work was done
 * @param deliveries deliveries to consumers
 * @param failedDeliveries deliveries whose work failed; each entitles to a retry
 * @param duplicatesExplained sightings beyond the first that have both a reason and a mark
 * @param faults fault windows in the ledgers
 * @param tornLines torn lines that were skipped, one per killed writer at most
 * @param counts how often each finding was made; findings that were not made are absent
 * @param examples the first 20 ids of each finding, with a hint
 */
public record LedgerReport(
        int published,
        int attempts,
        int confirmed,
        int returned,
        int nacked,
        int unknown,
        int notSent,
        int unfinished,
        int committed,
        int rolledBack,
        int received,
        int deliveries,
        int failedDeliveries,
        int duplicatesExplained,
        int faults,
        int tornLines,
        Map<Finding, Integer> counts,
        Map<Finding, List<String>> examples) {

    /** How often a finding was made. */
    public int count(Finding finding) {
        return counts.getOrDefault(finding, 0);
    }

    /** The first 20 messages of a finding: ids, each followed by a hint where there is one. */
    public List<String> examples(Finding finding) {
        return examples.getOrDefault(finding, List.of());
    }

    /** Confirmed, but neither worked on with success nor in the broker. */
    public int lost() {
        return count(Finding.LOST);
    }

    /** Still in the broker, and never worked on with success. */
    public int stuck() {
        return count(Finding.STUCK);
    }

    /** Seen although returned, not sent, rolled back or never published. */
    public int phantom() {
        return count(Finding.PHANTOM);
    }

    /** The phantoms among them whose transaction was rolled back. */
    public int rolledBackButSeen() {
        return count(Finding.ROLLED_BACK_BUT_SEEN);
    }

    /** Committed without a sign that they reached the broker. */
    public int committedNeverPublished() {
        return count(Finding.COMMITTED_NEVER_PUBLISHED);
    }

    /** Sightings beyond the first without reason or without mark. */
    public int duplicatesUnexplained() {
        return count(Finding.DUPLICATE_UNEXPLAINED);
    }

    /** Worked on with success and still in the broker. */
    public int duplicatesPending() {
        return count(Finding.DUPLICATE_PENDING);
    }

    /** Whether there is no finding at all. Explained duplicates and unknown outcomes are none. */
    public boolean clean() {
        return counts.isEmpty();
    }

    /** The whole report as a table, findings with their examples last. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(1_000);
        text.append(clean() ? "ledger: clean\n" : "ledger: NOT CLEAN\n");
        row(text, "published", published, "in " + attempts + " attempts");
        row(text, "  confirmed", confirmed, "");
        row(text, "  returned", returned, "");
        row(text, "  nacked", nacked, "");
        row(text, "  unknown", unknown, "");
        row(text, "  not sent", notSent, "");
        row(text, "  unfinished", unfinished, "");
        row(text, "committed", committed, "and " + rolledBack + " rolled back");
        row(text, "received", received, "work done");
        row(text, "deliveries", deliveries, failedDeliveries + " of them failed");
        row(text, "duplicates explained", duplicatesExplained, faults + " fault windows");
        row(text, "torn lines", tornLines, "");
        for (Finding finding : Finding.values()) {
            row(text, finding.label(), count(finding), "");
            examples(finding).forEach(example -> text.append("    ").append(example).append('\n'));
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String label, int value, String remark) {
        text.append(String.format(Locale.ROOT, "%-28s%8d", label, value));
        text.append(remark.isEmpty() ? "" : "  " + remark).append('\n');
    }
}
