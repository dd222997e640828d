package io.leveret.it.bench;

import io.leveret.it.bench.load.Reading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Rounds in each of which every case runs once, in an order that moves on by one place from round
 * to round, and what they have shown. It warms up until the compilers have calmed down. One thread
 * at a time.
 *
 * @param <C> what names a case
 */
public final class Series<C> {

    /** The share of compilers in the CPU time of a run that is warm enough. */
    private static final double CALM = 0.1;

    /**
     * How much is measured.
     *
     * @param warmUps least number of rounds whose figures are thrown away; there are more, up to
     *     twice as many, until the compilers have calmed down
     * @param rounds rounds that count
     * @param mostStolen see {@link Undisturbed}
     * @param limit see {@link Undisturbed}
     */
    public record Plan(int warmUps, int rounds, double mostStolen, Duration limit) {}

    /** What is measured. */
    public interface Work<C> {

        /**
         * A round begins.
         *
         * @param counts false for one to warm up
         */
        default void begin(boolean counts) throws Exception {}

        /** Runs a case once. */
        Reading run(C which) throws Exception;

        /** Gives the figures of a run that counts. */
        Figures figures(C which, Reading passed);
    }

    private final Plan plan;
    private final List<C> cases;
    private final Work<C> work;
    private final Undisturbed undisturbed;
    private final Map<C, List<Figures>> figures = new LinkedHashMap<>();
    private int warmUps;

    /** Creates one that has not run; the time of its limit begins now. */
    public Series(Plan plan, List<C> cases, Work<C> work) {
        this.plan = plan;
        this.cases = List.copyOf(cases);
        this.work = work;
        this.undisturbed = new Undisturbed(plan.mostStolen(), plan.limit());
    }

    /** Runs all rounds. */
    public void run() throws Exception {
        boolean calm = false;
        for (int i = 0; i < plan.warmUps() || !calm && i < 2 * plan.warmUps(); i++) {
            calm = round(i, false) <= CALM;
            warmUps++;
        }
        for (int i = 0; i < plan.rounds(); i++) {
            round(i, true);
        }
    }

    /** Returns the largest share of the CPU time that compilers had in one of its runs. */
    private double round(int number, boolean counts) throws Exception {
        double compilers = 0;
        work.begin(counts);
        List<C> order = new ArrayList<>(cases);
        Collections.rotate(order, -number);
        for (C each : order) {
            Reading passed =
                    counts
                            ? undisturbed.run(() -> work.run(each), Reading::stolenShare)
                            : work.run(each);
            compilers = Math.max(compilers, passed.compilerShare());
            if (counts) {
                figures.computeIfAbsent(each, key -> new ArrayList<>())
                        .add(work.figures(each, passed));
            }
        }
        return compilers;
    }

    public List<C> cases() {
        return cases;
    }

    /** How many rounds counted. */
    public int rounds() {
        return plan.rounds();
    }

    /** How many rounds there were before those that count. */
    public int warmUps() {
        return warmUps;
    }

    /** How many runs were thrown away because of stolen time. */
    public int rejected() {
        return undisturbed.rejected();
    }

    /** How many cases have shown something. */
    public int measured() {
        return figures.size();
    }

    public boolean isMeasured(C which) {
        return figures.containsKey(which);
    }

    /** Gives what a case showed, round by round. */
    public double[] shown(C which, ToDoubleFunction<Figures> figure) {
        return figures.get(which).stream().mapToDouble(figure).toArray();
    }

    /** The largest share of the compilers in the CPU time of a run that counts. */
    public double compilers() {
        return figures.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Figures::compilerShare)
                .max()
                .orElseThrow();
    }

    /** Gives all single figures, a line for each. */
    public String single() {
        StringBuilder lines = new StringBuilder("round;case;msg/s;CPU us/message;compilers\n");
        figures.forEach(
                (which, all) -> {
                    for (int i = 0; i < all.size(); i++) {
                        lines.append(
                                String.format(
                                        Locale.ROOT,
                                        "%d;%s;%.0f;%.3f;%.3f%n",
                                        i + 1,
                                        which,
                                        all.get(i).messagesPerSecond(),
                                        all.get(i).cpuMicros(),
                                        all.get(i).compilerShare()));
                    }
                });
        return lines.toString();
    }
}
