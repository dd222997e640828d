package io.leveret.it.servers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How long it took after each fault of a ledger run until all was as before. One thread at a time.
 *
 * @param <F> the faults, in their natural order
 */
final class Recoveries<F extends Comparable<F>> {

    private final Map<F, List<Long>> millis = new TreeMap<>();
    private final Function<F, String> label;

    Recoveries(Function<F, String> label) {
        this.label = label;
    }

    void add(F fault, long took) {
        millis.computeIfAbsent(fault, key -> new ArrayList<>()).add(took);
    }

    /** The table. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| fault | times | all as before after, median | longest |\n")
                .append("|---|---|---|---|\n");
        millis.forEach(
                (fault, times) -> {
                    List<Long> sorted = new ArrayList<>(times);
                    Collections.sort(sorted);
                    text.append("| ").append(label.apply(fault));
                    text.append(" | ").append(sorted.size());
                    text.append(" | ").append(sorted.get(sorted.size() / 2)).append(" ms | ");
                    text.append(sorted.get(sorted.size() - 1)).append(" ms |\n");
                });
        return text.toString();
    }
}
