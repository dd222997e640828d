package io.leveret.it.contract;

import io.leveret.it.ledger.HeldMessage;
import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs faults one by one, each with a load, a queue and a ledger of its own, and writes them up.
 */
final class FaultTable {

    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final Duration AGAIN = Duration.ofSeconds(40);
    private static final Duration ANOTHER_WAY = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final int WARM = 40;

    /** Makes the load for a fault. */
    interface Loads {
        Load start(Path folder) throws Exception;
    }

    private final StringBuilder table = new StringBuilder(FaultRow.HEAD);
    private final List<String> wrong = new ArrayList<>();
    private final Path folder;
    private int published;

    FaultTable(Path folder) {
        this.folder = folder;
    }

    /** Runs one fault; what goes wrong is kept for {@link #wrong}, so that the others run too. */
    void run(Fault fault, Loads loads) {
        try {
            Path place =
                    Files.createDirectories(folder.resolve(fault.name().replaceAll("\\W+", "-")));
            fault.prepare().run();
            try (Load load = loads.start(place)) {
                FaultRow row = run(fault, load, place);
                table.append(row.markdown());
                wrong.addAll(row.faultsFound());
                published += row.published();
            }
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
            wrong.add(fault.name() + ": " + e);
            table.append("| ").append(fault.name()).append(" | FAILED: ").append(e).append(" |\n");
        }
    }

    private static FaultRow run(Fault fault, Load load, Path place) throws Exception {
        Until.holds(
                "traffic before " + fault.name(),
                WARM_UP,
                () -> load.progress().confirms() >= WARM && load.progress().delivered() > 0);
        long begin;
        long end;
        try (LedgerLog log = LedgerLog.open(place.resolve(Traffic.LEDGER))) {
            begin = LedgerLog.now();
            log.faultBegun(fault.name());
            try {
                fault.begin().run();
                keepUp(fault, load);
            } finally {
                end = fault.end().run();
            }
            long over = LedgerLog.now();
            Until.holds(
                    "publishing and consuming after " + fault.name(),
                    AGAIN,
                    () -> load.progress().confirmed() > over && load.progress().delivered() > over);
            log.faultEnded(fault.name());
        }
        long longest = load.progress().longestCallMillis();
        List<HeldMessage> held = load.finish();
        return new FaultRow(
                fault,
                begin,
                end,
                longest,
                place,
                Ledger.read(place.resolve(Traffic.LEDGER)).reconcile(held, GRACE));
    }

    private static void keepUp(Fault fault, Load load) throws Exception {
        long until = LedgerLog.now() + fault.lasts().toNanos() / 1_000;
        Until.holds(
                "the end of " + fault.name(),
                fault.lasts().plusSeconds(5),
                () -> LedgerLog.now() > until);
        if (fault.passable()) {
            // A publish that was begun later than any that could still have gone the old way.
            Until.holds(
                    "publishing while " + fault.name() + " lasts",
                    ANOTHER_WAY,
                    () -> load.progress().confirmed() > until);
        }
    }

    /** Prints the table and writes it to a file; gives what went wrong. */
    List<String> finish(String title, Path file) throws IOException {
        String text = title + "\n\n" + table + "\n" + published + " messages.\n";
        System.out.println(text);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return List.copyOf(wrong);
    }
}
