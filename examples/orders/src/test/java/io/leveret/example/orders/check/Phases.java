package io.leveret.example.orders.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was placed in each phase of the check, for the reader of its output. */
final class Phases {

    private static final String ROW = "%-26s %7s %9s %7s%n";

    private final Map<String, List<Placement>> phases = new LinkedHashMap<>();

    void add(String phase, List<Placement> placements) {
        phases.put(phase, placements);
    }

    /** Says whether every phase had accepted orders: a check that places none shows nothing. */
    boolean everyPhaseSold() {
        return phases.values().stream()
                .allMatch(placements -> placements.stream().anyMatch(Placement::accepted));
    }

    /** Placements by phase, then the failed ones by outcome. */
    String table() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, ROW, "phase", "placed", "accepted", "failed"));
        phases.forEach((phase, placements) -> text.append(row(phase, placements)));
        failures()
                .forEach(
                        (result, count) ->
                                text.append(
                                        String.format(
                                                Locale.ROOT,
                                                "failed with %s: %d%n",
                                                result,
                                                count)));
        return text.toString();
    }

    private Map<String, Long> failures() {
        return phases.values().stream()
                .flatMap(List::stream)
                .filter(placement -> !placement.accepted())
                .collect(
                        Collectors.groupingBy(
                                Placement::result, TreeMap::new, Collectors.counting()));
    }

    private static String row(String phase, List<Placement> placements) {
        long accepted = placements.stream().filter(Placement::accepted).count();
        return String.format(
                Locale.ROOT, ROW, phase, placements.size(), accepted, placements.size() - accepted);
    }
}
