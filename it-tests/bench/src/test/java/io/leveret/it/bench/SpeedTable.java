package io.leveret.it.bench;

import io.leveret.it.bench.Case.Side;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Writes up what the rounds have shown: a table, and all single figures beside it. */
final class SpeedTable {

    /** µs of CPU per message that the adapter may take above bare client and container. */
    private static final double MOST_OWN_COST = 3;

    /** The least share of the bare client's speed, where nothing is transacted. */
    private static final double LEAST_SPEED = 0.9;

    private static final String HEAD =
            """
            | queue | delivery | who | msg/s | CPU µs/message | msg/s over bare | own CPU µs/message |
            |---|---|---|---|---|---|---|
            """;

    private static final String NOTES =
            """

            Medians; in brackets 95 %% confidence intervals of the paired figures of the rounds (Student's t;
            ratios as geometric means). CPU is that of the process that consumes, without its JIT compilers, the
            server's without what it takes idle. Own CPU is that of the Leveret MDB, less the bare client's and less the container's (a
            no-op adapter that drives the same kind of MDB without a broker). Aims: own CPU at most %.0f µs, not
            transacted msg/s at least %.1f of the bare client's; missed only if the whole interval is beyond.
            """;

    private final Rounds rounds;
    private final Series<Case> series;

    SpeedTable(Rounds rounds) {
        this.rounds = rounds;
        this.series = rounds.series();
    }

    /** Reports the table and the single figures. */
    void write(String version, String name) throws IOException {
        Report.write(name, text(version), series.single());
    }

    private String text(String version) {
        StringBuilder text = new StringBuilder();
        text.append(
                format(
                        "Receiving 1 kB persistent messages, RabbitMQ %s, %d sessions, prefetch %d:"
                                + " %d rounds of %d messages after %d to warm up, %d runs rejected"
                                + " for stolen time, idle server %.1f %% of a core, compilers at"
                                + " most %.1f %% of a run's CPU time%n%n",
                        version,
                        Rounds.SESSIONS,
                        Rounds.PREFETCH,
                        series.rounds(),
                        rounds.plan().messages(),
                        series.warmUps(),
                        series.rejected(),
                        100 * Estimate.median(array(rounds.idleShares())),
                        100 * series.compilers()));
        text.append(HEAD);
        for (Mode mode : Mode.values()) {
            for (String type : Case.QUEUE_TYPES) {
                text.append(row(Case.of(Side.BARE, mode, type), "", ""));
                text.append(
                        row(
                                Case.of(Side.LEVERET, mode, type),
                                speed(mode, type),
                                ownCost(mode, type)));
            }
            text.append(row(Case.of(Side.CONTAINER, mode, null), "", ""));
        }
        return text + format(NOTES, MOST_OWN_COST, LEAST_SPEED);
    }

    private String row(Case which, String speed, String cost) {
        return format(
                "| %s | %s | %s | %.0f | %.2f | %s | %s |%n",
                which.queueType() == null ? "none" : which.queueType(),
                which.mode().text(),
                which.side().text(),
                Estimate.median(speeds(which)),
                Estimate.median(costs(which)),
                speed,
                cost);
    }

    private String speed(Mode mode, String type) {
        Estimate ratio =
                Estimate.ofRatios(
                        speeds(Case.of(Side.LEVERET, mode, type)),
                        speeds(Case.of(Side.BARE, mode, type)));
        return mode == Mode.NOT_TRANSACTED
                ? ratio + ", " + ratio.atLeast(LEAST_SPEED)
                : ratio.toString();
    }

    private String ownCost(Mode mode, String type) {
        double[] own = costs(Case.of(Side.LEVERET, mode, type));
        double[] bare = costs(Case.of(Side.BARE, mode, type));
        double[] container = costs(Case.of(Side.CONTAINER, mode, type));
        for (int i = 0; i < own.length; i++) {
            own[i] -= bare[i] + container[i];
        }
        Estimate estimate = Estimate.of(own);
        return estimate + ", " + estimate.atMost(MOST_OWN_COST);
    }

    private double[] speeds(Case which) {
        return series.shown(which, Figures::messagesPerSecond);
    }

    private double[] costs(Case which) {
        return series.shown(which, Figures::cpuMicros);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
