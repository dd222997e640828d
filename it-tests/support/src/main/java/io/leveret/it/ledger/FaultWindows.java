package io.leveret.it.ledger;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects the windows of time in which something was broken on purpose. Not thread-safe. */
final class FaultWindows {

    private record Window(String name, long begin, long end) {}

    private final List<Window> closed = new ArrayList<>();
    private final Map<String, Deque<Long>> open = new HashMap<>();

    void begin(String name, long time) {
        open.computeIfAbsent(name, key -> new ArrayDeque<>()).push(time);
    }

    /** An end without a begin closes nothing: the begin may be the torn line. */
    void end(String name, long time) {
        Deque<Long> begins = open.get(name);
        if (begins != null && !begins.isEmpty()) {
            closed.add(new Window(name, begins.pop(), time));
        }
    }

    int count() {
        return closed.size() + open.values().stream().mapToInt(Deque::size).sum();
    }

    /** Whether a fault overlaps the closed interval; one that never ended lasts for ever. */
    boolean overlaps(long from, long to) {
        for (Window window : closed) {
            if (window.begin() <= to && window.end() >= from) {
                return true;
            }
        }
        for (Deque<Long> begins : open.values()) {
            for (long begin : begins) {
                if (begin <= to) {
                    return true;
                }
            }
        }
        return false;
    }
}
