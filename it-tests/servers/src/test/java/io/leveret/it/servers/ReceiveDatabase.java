package io.leveret.it.servers;

import io.leveret.it.database.PostgresNode;
import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.LedgerReader;
import io.leveret.it.servers.receive.DatabaseListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows of the listener that works in PostgreSQL, held against its ledger: each delivery whose
 * commit the ledger has seen left one row, and nothing else left any. A kill of the server between
 * a commit and its line in the ledger leaves a row without the line: such a delivery has begun
 * before a kill, has no end, and its message came again.
 */
final class ReceiveDatabase {

    private final PostgresNode node;

    /** Deliveries of a ledger, and when the server was killed. */
    private static final class Book {
        private final Map<String, LedgerEvent.DeliveryBegun> begun = new HashMap<>();
        private final Map<String, Boolean> ended = new HashMap<>();
        private final Set<String> worked = new HashSet<>();
        private final List<Long> kills = new ArrayList<>();

        private void add(LedgerEvent event) {
            if (event instanceof LedgerEvent.DeliveryBegun e) {
                begun.put(e.delivery(), e);
            } else if (event instanceof LedgerEvent.DeliveryEnded e) {
                ended.put(e.delivery(), e.ok());
                if (e.ok()) {
                    worked.add(e.id());
                }
            } else if (event instanceof LedgerEvent.FaultBegun e
                    && e.name().equals(ReceiveFault.SERVER_KILL.name())) {
                kills.add(e.time());
            }
        }
    }

    /**
     * What the comparison gave.
     *
     * @param rows all rows
     * @param committed deliveries whose commit is in the ledger
     * @param cutOff rows whose commit the ledger missed because the server was killed
     * @param wrong what is wrong, one line each
     */
    record Comparison(int rows, int committed, int cutOff, List<String> wrong) {}

    ReceiveDatabase(PostgresNode node) {
        this.node = node;
    }

    void createTable() {
        node.sql(
                "create table "
                        + DatabaseListener.TABLE
                        + " (message varchar(100) not null, delivery varchar(100) primary key)");
    }

    /** Transactions that are prepared and wait for their end. */
    int prepared() {
        return Integer.parseInt(node.sql("select count(*) from pg_prepared_xacts").get(0));
    }

    /** Compares rows and ledger, when nobody writes to either any more. */
    Comparison compare(Path listener, Path faults) throws IOException {
        Book book = new Book();
        LedgerReader.read(listener, book::add);
        LedgerReader.read(faults, book::add);
        List<String> wrong = new ArrayList<>();
        Set<String> rows = new HashSet<>();
        int cutOff = 0;
        for (String line : node.sql("select message, delivery from " + DatabaseListener.TABLE)) {
            String[] row = line.split("\\|", -1);
            rows.add(row[1]);
            if (!Boolean.TRUE.equals(book.ended.get(row[1]))) {
                String reproach = reproach(book, row[0], row[1]);
                cutOff += reproach == null ? 1 : 0;
                if (reproach != null) {
                    wrong.add("row of " + row[0] + ", delivery " + row[1] + ": " + reproach);
                }
            }
        }
        int committed = 0;
        for (Map.Entry<String, Boolean> end : book.ended.entrySet()) {
            committed += end.getValue() ? 1 : 0;
            if (end.getValue() && !rows.contains(end.getKey())) {
                wrong.add("committed without a row: " + book.begun.get(end.getKey()));
            }
        }
        return new Comparison(rows.size(), committed, cutOff, wrong);
    }

    /** What speaks against a row without a commit in the ledger; null when a kill explains it. */
    private static String reproach(Book book, String message, String delivery) {
        LedgerEvent.DeliveryBegun begun = book.begun.get(delivery);
        if (begun == null || !begun.id().equals(message)) {
            return "not in the ledger";
        }
        if (book.ended.containsKey(delivery)) {
            return "its transaction was rolled back";
        }
        if (book.kills.stream().noneMatch(kill -> kill > begun.time())) {
            return "its end is not in the ledger, and nobody killed the server";
        }
        return book.worked.contains(message) ? null : "a kill cut it off, and it never came again";
    }
}
