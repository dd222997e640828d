package io.leveret.it.app;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers every call of a listener, by message id. */
@ApplicationScoped
public class Journal {

    private final Map<String, List<Entry>> entries = new ConcurrentHashMap<>();

    /**
     * One call of a listener.
     *
     * @param attempt which call for this message it is, from 1
     * @param atMillis when it began, on a clock that only goes forward
     * @param possibleDuplicate what the message said about itself
     */
    public record Entry(int attempt, long atMillis, boolean possibleDuplicate) {}

    /**
     * Notes a call.
     *
     * @return the number of this attempt, from 1
     */
    int begin(String id, boolean possibleDuplicate) {
        List<Entry> calls = entries.computeIfAbsent(id, k -> new CopyOnWriteArrayList<>());
        synchronized (calls) {
            int attempt = calls.size() + 1;
            calls.add(new Entry(attempt, System.nanoTime() / 1_000_000, possibleDuplicate));
            return attempt;
        }
    }

    List<Entry> of(String id) {
        return entries.getOrDefault(id, List.of());
    }
}
