package io.leveret.it.contract;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects log lines with a given part, from INFO up, as an administrator would see them. */
final class LogLines extends Handler implements AutoCloseable {

    private final String part;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");

    LogLines(String part) {
        this.part = part;
        root.addHandler(this);
    }

    int count() {
        return lines.size();
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void publish(LogRecord record) {
        if (record.getMessage() != null && record.getMessage().contains(part)) {
            lines.add(record.getMessage());
        }
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        root.removeHandler(this);
    }
}
