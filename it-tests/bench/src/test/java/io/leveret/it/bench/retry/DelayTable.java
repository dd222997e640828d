package io.leveret.it.bench.retry;

import io.leveret.it.bench.Report;
import java.io.IOException;
import java.util.Locale;

/** Writes up how late failed messages came again. */
final class DelayTable {

    private static final String HEAD =
            """
            | requested ms | failures | most waiting | least late ms | p50 late ms | p99 late ms | most late ms |
            |---|---|---|---|---|---|---|
            """;

    private static final String NOTES =
            """

            Late: from when the bean threw the exception until it had the message again, less the requested delay. Most
            waiting: seen in the wait queue, every %d ms. At once: the queue is full at the
            start, and what comes again lines up behind what was not tried yet.
            """;

    private final DelayRuns runs;
    private final String version;

    DelayTable(DelayRuns runs, String version) {
        this.runs = runs;
        this.version = version;
    }

    void write(String name) throws IOException {
        StringBuilder text =
                new StringBuilder(
                        format(
                                "When failed messages come again: RabbitMQ %s, quorum queue, 1 kB"
                                        + " persistent messages, transacted bean in the fake"
                                        + " container, %d sessions, prefetch %d; %d messages of"
                                        + " each delay, each fails once; %d runs rejected for"
                                        + " stolen time%n%n",
                                version,
                                RetryAdapter.SESSIONS,
                                RetryAdapter.PREFETCH,
                                runs.plan().messages(),
                                runs.rejected()));
        StringBuilder single =
                new StringBuilder("delay ms;failures;most waiting;least;p50;p90;p99;most\n");
        text.append(HEAD);
        for (DelayRuns.Late late : runs.shown()) {
            Percentiles each = late.lateness();
            String way = late.perSecond() == 0 ? "at once" : late.perSecond() + "/s";
            text.append(
                    format(
                            "| %d | %s | %d | %.1f | %.1f | %.1f | %.1f |%n",
                            late.delay(),
                            way,
                            late.mostWaiting(),
                            each.least(),
                            each.at(0.5),
                            each.at(0.99),
                            each.most()));
            single.append(
                    format(
                            "%d;%s;%d;%.3f;%.3f;%.3f;%.3f;%.3f%n",
                            late.delay(),
                            way,
                            late.mostWaiting(),
                            each.least(),
                            each.at(0.5),
                            each.at(0.9),
                            each.at(0.99),
                            each.most()));
        }
        Report.write(name, text + format(NOTES, DelayRuns.LOOK_MILLIS), single.toString());
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
