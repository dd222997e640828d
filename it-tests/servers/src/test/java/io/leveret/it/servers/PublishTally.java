package io.leveret.it.servers;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Counts messages by one of the things that their ids tell, and by how they ended. */
final class PublishTally<K extends Enum<K>> {

    /** What is counted. */
    private enum Column {
        PUBLISHED,
        CONFIRMED,
        RETURNED,
        NACKED,
        UNKNOWN,
        NOT_SENT,
        COMMITTED,
        ROLLED_BACK,
        FOUND,
        MARKED
    }

    private final Map<K, Map<Column, Integer>> rows;
    private final String title;

    PublishTally(String title, Class<K> keys) {
        this.title = title;
        rows = new EnumMap<>(keys);
        Arrays.stream(keys.getEnumConstants())
                .forEach(key -> rows.put(key, new EnumMap<>(Column.class)));
    }

    void add(K key, PublishTrail trail) {
        Map<Column, Integer> row = rows.get(key);
        row.merge(Column.PUBLISHED, 1, Integer::sum);
        if (trail.outcome() != null) {
            row.merge(Column.valueOf(trail.outcome().name()), 1, Integer::sum);
        }
        if (trail.committed() != null) {
            row.merge(trail.committed() ? Column.COMMITTED : Column.ROLLED_BACK, 1, Integer::sum);
        }
        row.merge(Column.FOUND, trail.copies(), Integer::sum);
        row.merge(Column.MARKED, trail.marked(), Integer::sum);
    }

    /** A table. */
    String markdown() {
        StringBuilder text = new StringBuilder("| ").append(title);
        StringBuilder line = new StringBuilder("|---");
        for (Column column : Column.values()) {
            text.append(" | ").append(column);
            line.append("|---");
        }
        text.append(" |\n").append(line).append("|\n");
        rows.forEach(
                (key, row) -> {
                    text.append("| ").append(key);
                    for (Column column : Column.values()) {
                        text.append(" | ").append(row.getOrDefault(column, 0));
                    }
                    text.append(" |\n");
                });
        return text.toString();
    }
}
