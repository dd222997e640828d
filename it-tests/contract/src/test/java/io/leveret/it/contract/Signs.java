package io.leveret.it.contract;

import io.leveret.it.ledger.LedgerLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Writes down when an administrator would have seen which warning, in a file beside a ledger. */
final class Signs extends Handler {

    /** One warning. */
    record Sign(long time, String text) {

        /** Whether it is about consuming; otherwise it is about publishing. */
        boolean ofConsumer() {
            return text.contains(" consume ") || text.startsWith("activation ");
        }
    }

    private static final Logger ADAPTER = Logger.getLogger("io.leveret");

    private final Path file;

    private Signs(Path file) {
        this.file = file;
    }

    static Signs into(Path file) {
        Signs signs = new Signs(file);
        ADAPTER.addHandler(signs);
        return signs;
    }

    static List<Sign> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                .map(line -> line.split(" ", 2))
                .map(parts -> new Sign(Long.parseLong(parts[0]), parts[1]))
                .toList();
    }

    @Override
    public synchronized void publish(LogRecord record) {
        if (record.getLevel().intValue() < Level.WARNING.intValue()) {
            return;
        }
        String line = LedgerLog.now() + " " + record.getMessage().replace('\n', ' ') + "\n";
        try {
            Files.writeString(
                    file,
                    line,
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        ADAPTER.removeHandler(this);
    }
}
