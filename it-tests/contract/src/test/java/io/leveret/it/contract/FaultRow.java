package io.leveret.it.contract;

import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.LedgerReader;
import io.leveret.it.ledger.LedgerReport;
import io.leveret.it.ledger.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What one fault did. A side has detected it with its first failed publish or its first warning; it
 * has recovered with the first confirm, or the first delivery that came over a new subscription,
 * after both detection and end. Who has not noticed anything shows the longest time without a
 * confirm or delivery. Times count from the command that breaks it, which itself takes a while
 * where the broker's tool is needed.
 *
 * <p>Times are microseconds since the epoch.
 */
final class FaultRow {

    static final String HEAD =
            "| fault | publisher: detected after | recovered after | consumer: detected after |"
                    + " recovered after | longest publish | ledger |\n"
                    + "|---|---|---|---|---|---|---|\n";

    private final Fault fault;
    private final long begin;
    private final long end;
    private final long longestCallMillis;
    private final LedgerReport report;
    private final List<LedgerEvent> events = new ArrayList<>();
    private final List<Signs.Sign> signs;

    FaultRow(
            Fault fault,
            long begin,
            long end,
            long longestCallMillis,
            Path folder,
            LedgerReport report)
            throws IOException {
        this.fault = fault;
        this.begin = begin;
        this.end = end;
        this.longestCallMillis = longestCallMillis;
        this.report = report;
        this.signs = Signs.read(folder.resolve(Traffic.SIGNS));
        LedgerReader.read(folder.resolve(Traffic.LEDGER), events::add);
    }

    private static boolean failed(LedgerEvent event) {
        return event instanceof LedgerEvent.AttemptEnded e && e.outcome() != Outcome.CONFIRMED;
    }

    private static boolean confirmed(LedgerEvent event) {
        return event instanceof LedgerEvent.AttemptEnded e && e.outcome() == Outcome.CONFIRMED;
    }

    private static boolean delivered(LedgerEvent event) {
        return event instanceof LedgerEvent.DeliveryBegun;
    }

    /** The longest time without such an event from the beginning on. */
    private String gap(Predicate<LedgerEvent> which) {
        long last = begin;
        long longest = 0;
        for (LedgerEvent event : events) {
            if (event.time() >= begin && which.test(event)) {
                longest = Math.max(longest, event.time() - last);
                last = event.time();
            }
        }
        return "(pause of " + longest / 1_000 + " ms)";
    }

    private Optional<Long> publisherDetected() {
        return earlier(firstEvent(begin, FaultRow::failed), firstSign(false));
    }

    private Optional<Long> consumerDetected() {
        return firstSign(true);
    }

    private static Optional<Long> earlier(Optional<Long> one, Optional<Long> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        return Optional.of(Math.min(one.get(), other.get()));
    }

    private Optional<Long> firstSign(boolean ofConsumer) {
        return signs.stream()
                .filter(s -> s.time() >= begin && s.ofConsumer() == ofConsumer)
                .map(Signs.Sign::time)
                .findFirst();
    }

    private Optional<Long> firstEvent(long from, Predicate<LedgerEvent> which) {
        return events.stream()
                .filter(e -> e.time() >= from && which.test(e))
                .map(LedgerEvent::time)
                .min(Long::compare);
    }

    /** Where there is another way, recovery counts from the beginning, while the fault is on. */
    private String publisherRecovered(long detected) {
        long from = Math.max(detected, fault.passable() ? begin : end);
        return firstEvent(from, FaultRow::confirmed)
                .map(
                        t ->
                                fault.passable() && t < end
                                        ? since(begin, t) + " (still on)"
                                        : since(end, t))
                .orElse("never");
    }

    private String consumerRecovered(long detected) {
        long from = Math.max(detected, end);
        return firstEvent(
                        from,
                        e ->
                                e instanceof LedgerEvent.DeliveryBegun d
                                        && (d.redelivered() || Traffic.begun(d.id()) >= detected))
                .map(t -> since(end, t))
                .orElse("never");
    }

    private static String since(long from, long to) {
        return Math.max(0, to - from) / 1_000 + " ms";
    }

    private String lasted() {
        long millis = fault.lasts().isZero() ? 0 : (end - begin) / 1_000;
        return millis == 0 ? "" : String.format(Locale.ROOT, " (%.1f s)", millis / 1_000.0);
    }

    /** One line of the table. */
    String markdown() {
        Optional<Long> publisher = publisherDetected();
        Optional<Long> consumer = consumerDetected();
        return String.format(
                Locale.ROOT,
                "| %s%s | %s | %s | %s | %s | %d ms | %s |%n",
                fault.name(),
                lasted(),
                publisher.map(t -> since(begin, t)).orElse("not noticed"),
                publisher.map(this::publisherRecovered).orElseGet(() -> gap(FaultRow::confirmed)),
                consumer.map(t -> since(begin, t)).orElse("not noticed"),
                consumer.map(this::consumerRecovered).orElseGet(() -> gap(FaultRow::delivered)),
                longestCallMillis,
                ledger());
    }

    private String ledger() {
        return String.format(
                Locale.ROOT,
                "%s: %d published, %d confirmed, %d unknown, %d not sent, %d returned, %d nacked,"
                        + " %d duplicates explained; lost %d, duplicates unexplained %d, stuck %d",
                report.clean() ? "clean" : "NOT CLEAN",
                report.published(),
                report.confirmed(),
                report.unknown(),
                report.notSent(),
                report.returned(),
                report.nacked(),
                report.duplicatesExplained(),
                report.lost(),
                report.duplicatesUnexplained(),
                report.stuck());
    }

    /** What is wrong with it, if anything. */
    List<String> faultsFound() {
        List<String> found = new ArrayList<>();
        if (!report.clean()) {
            found.add(fault.name() + ": " + report);
        }
        long limit = Traffic.PUBLISH_TIMEOUT.toMillis() + 1_000;
        if (longestCallMillis > limit) {
            found.add(
                    fault.name()
                            + ": a publish took "
                            + longestCallMillis
                            + " ms, its deadline was "
                            + Traffic.PUBLISH_TIMEOUT.toMillis()
                            + " ms");
        }
        return found;
    }

    int published() {
        return report.published();
    }
}
