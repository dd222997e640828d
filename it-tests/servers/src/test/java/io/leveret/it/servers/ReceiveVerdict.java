package io.leveret.it.servers;

import io.leveret.it.ledger.LedgerReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a ledger run came to: two tables, and what is wrong. One thread at a time. */
final class ReceiveVerdict {

    private final Recoveries<ReceiveFault> recoveries = new Recoveries<>(ReceiveFault::label);
    private final Map<String, LedgerReport> reports = new LinkedHashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private String rows = "";

    /** A fault was survived: so long after its end, all was as before. */
    void recovered(ReceiveFault fault, long millis) {
        recoveries.add(fault, millis);
    }

    /** What the ledgers say about one listener. */
    void report(String name, int messages, LedgerReport report) {
        reports.put(name, report);
        if (!report.clean()) {
            wrong.add(name + ": " + report);
        }
        if (report.confirmed() < messages || report.received() < report.confirmed()) {
            wrong.add(name + " is not complete: " + report);
        }
    }

    void rows(ReceiveDatabase.Comparison found, int prepared) {
        rows =
                String.format(
                        Locale.ROOT,
                        "PostgreSQL: %d rows; %d commits in the ledger, %d more that a kill of the"
                                + " server kept out of it; %d transactions left prepared.",
                        found.rows(),
                        found.committed(),
                        found.cutOff(),
                        prepared);
        wrong.addAll(found.wrong());
        if (found.rows() != found.committed() + found.cutOff() || prepared != 0) {
            wrong.add(rows);
        }
    }

    void wrong(String what) {
        wrong.add(what);
    }

    /** What is wrong; empty when nothing is. */
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    /** The tables. */
    String markdown(String title) {
        StringBuilder text = new StringBuilder(title).append("\n\n");
        text.append("| listener | published | confirmed | unknown | received | deliveries |")
                .append(" duplicates, explained and marked | unexplained | lost | stuck |\n")
                .append("|---|---|---|---|---|---|---|---|---|---|\n");
        reports.forEach(
                (name, r) ->
                        text.append("| ")
                                .append(name)
                                .append(
                                        row(
                                                r.published(),
                                                r.confirmed(),
                                                r.unknown(),
                                                r.received(),
                                                r.deliveries(),
                                                r.duplicatesExplained(),
                                                r.duplicatesUnexplained(),
                                                r.lost(),
                                                r.stuck() + r.duplicatesPending())));
        text.append('\n').append(recoveries.markdown());
        text.append('\n').append(rows).append('\n');
        wrong.forEach(line -> text.append("WRONG: ").append(line).append('\n'));
        return text.toString();
    }

    private static String row(int... values) {
        StringBuilder row = new StringBuilder();
        for (int value : values) {
            row.append(" | ").append(value);
        }
        return row.append(" |\n").toString();
    }
}
