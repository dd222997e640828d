package io.leveret.it.contract;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects log lines with a given part, from INFO up, as an administrator would see them. */
final class LogLines extends Handler implements AutoCloseable {

    private final String part;
    private final Runnable onLine;
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");

    LogLines(String part) {
        this(part, () -> {});
    }

    /**
     * Does something with each line, on the thread that logs it: whoever that is goes no further
     * before.
     */
    LogLines(String part, Runnable onLine) {
        this.part = part;
        this.onLine = onLine;
        root.addHandler(this);
    }

    int count() {
        return records.size();
    }

    List<String> lines() {
        return records.stream().map(LogRecord::getMessage).toList();
    }

    /** The same with level and exception. */
    List<LogRecord> records() {
        return List.copyOf(records);
    }

    @Override
    public void publish(LogRecord record) {
        if (record.getMessage() != null && record.getMessage().contains(part)) {
            records.add(record);
            onLine.run();
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
