package io.leveret.it.bench.publish;

import io.leveret.it.bench.Estimate;
import io.leveret.it.bench.Figures;
import io.leveret.it.bench.Report;
import io.leveret.it.bench.Series;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Writes up what the rounds have shown: two tables, and all single figures beside them. */
final class PublishTable {

    private static final String NONE = "–";

    private static final String NOTES =
            """

            Medians of msg/s and, in brackets, of client CPU µs/message; ratios as geometric means of the paired
            figures of the rounds with their 95 %% confidence intervals (Student's t). CPU is that of the process
            that publishes, without its JIT compilers. Batches are compared with (c), without an aim. Kept or
            missed: the whole interval is on that side of the aim; else open.
            """;

    private final PublishRounds rounds;
    private final Series<PublishCase> series;

    PublishTable(PublishRounds rounds) {
        this.rounds = rounds;
        this.series = rounds.series();
    }

    /** Reports the tables and the single figures. */
    void write(String version, String name) throws IOException {
        Report.write(name, text(version), series.single());
    }

    /** The tables. */
    String text(String version) {
        StringBuilder text = new StringBuilder();
        text.append(
                format(
                        "Publishing 1 kB persistent messages, RabbitMQ %s: %d rounds of at most %d"
                                + " messages after %d to warm up, %d runs rejected for stolen time,"
                                + " compilers at most %.1f %% of a run's CPU time%n%n",
                        version,
                        series.rounds(),
                        rounds.plan().mostMessages(),
                        series.warmUps(),
                        series.rejected(),
                        100 * series.compilers()));
        speeds(text);
        ratios(text);
        return text + format(NOTES);
    }

    // --- what each has shown ---

    private void speeds(StringBuilder text) {
        text.append("| queue | load |");
        for (Side side : Side.values()) {
            text.append(format(" %s |", side.text()));
        }
        text.append(format("%n|---|---|%s%n", "---|".repeat(Side.values().length)));
        for (PublishCase which : leveret()) {
            text.append(format("| %s | %s |", which.queueType(), which.load().text()));
            for (Side side : Side.values()) {
                text.append(format(" %s |", speed(which.on(side))));
            }
            text.append(format("%n"));
        }
        text.append(format("%n"));
    }

    private List<PublishCase> leveret() {
        return series.cases().stream().filter(each -> each.side() == Side.LEVERET).toList();
    }

    private String speed(PublishCase which) {
        return series.isMeasured(which)
                ? format(
                        "%.0f (%.1f)",
                        Estimate.median(series.shown(which, Figures::messagesPerSecond)),
                        Estimate.median(series.shown(which, Figures::cpuMicros)))
                : NONE;
    }

    // --- compared ---

    private void ratios(StringBuilder text) {
        text.append("| queue | load | over | msg/s | aim | client CPU | aim |\n");
        text.append("|---|---|---|---|---|---|---|\n");
        for (PublishCase which : leveret()) {
            for (Side side : Side.values()) {
                PublishCase other = side == Side.BARE_WINDOW ? which.window() : which.on(side);
                if (side != Side.LEVERET && isCompared(which, other)) {
                    text.append(row(which, other));
                }
            }
        }
    }

    private boolean isCompared(PublishCase which, PublishCase other) {
        return series.isMeasured(other) && (other.side() != Side.BARE_WINDOW || !which.blocks());
    }

    private String row(PublishCase which, PublishCase other) {
        Aim aim = Aim.of(which.load(), other.side());
        Estimate speed = ratio(which, other, Figures::messagesPerSecond);
        Estimate cpu = ratio(which, other, Figures::cpuMicros);
        return format(
                "| %s | %s | %s | %s | %s | %s | %s |%n",
                which.queueType(),
                which.load().text(),
                other.side().text(),
                speed,
                Double.isNaN(aim.leastSpeed())
                        ? ""
                        : format("≥ %.2f: %s", aim.leastSpeed(), speed.atLeast(aim.leastSpeed())),
                cpu,
                Double.isNaN(aim.mostCpu())
                        ? ""
                        : format("≤ %.2f: %s", aim.mostCpu(), cpu.atMost(aim.mostCpu())));
    }

    private Estimate ratio(PublishCase which, PublishCase other, ToDoubleFunction<Figures> figure) {
        return Estimate.ofRatios(series.shown(which, figure), series.shown(other, figure));
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
