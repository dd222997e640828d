package io.leveret.it.ledger;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Parses ledger files, also ones that are still being written: a last line without its end is torn
 * and skipped, even where it looks complete, because its last field may be cut. Every other damage
 * is an error. Stateless, thread-safe.
 */
public final class LedgerReader {

    private LedgerReader() {}

    /**
     * Hands every event of a file to {@code sink}, in the order of the file.
     *
     * @return the number of torn lines that were skipped
     * @throws IOException when the file cannot be read or holds a complete line that is no ledger
     *     line; the message names file and line
     */
    public static int read(Path file, Consumer<? super LedgerEvent> sink) throws IOException {
        int torn = 0;
        long number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            StringBuilder line = new StringBuilder();
            int c;
            while ((c = lines.read()) >= 0) {
                if (c != '\n') {
                    line.append((char) c);
                    continue;
                }
                number++;
                torn += accept(file, number, line.toString(), sink);
                line.setLength(0);
            }
            return line.isEmpty() ? torn : torn + 1;
        }
    }

    /** Hands on the event of one complete line; returns 1 when it is a torn one, which is none. */
    static int accept(Path file, long number, String line, Consumer<? super LedgerEvent> sink)
            throws IOException {
        if (line.endsWith(LedgerLine.TORN)) {
            return 1;
        }
        LedgerEvent event;
        try {
            event = LedgerLine.parse(line);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    file + ":" + number + ": not a ledger line (" + e.getMessage() + "): " + line,
                    e);
        }
        sink.accept(event);
        return 0;
    }
}
