package io.leveret.it.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Follows a ledger file while others write to it: each call hands on what was added since the one
 * before. It says how far a test is; whether all is well says a {@link Ledger} of the whole file.
 * One thread at a time.
 */
public final class LedgerFollower {

    private final Path file;
    private long offset;
    private long lines;

    /**
     * Creates a follower that begins at the first line.
     *
     * @param file may not be there yet
     */
    public LedgerFollower(Path file) {
        this.file = file;
    }

    /**
     * Hands every event that was added to {@code sink}, in the order of the file. A line without
     * its end waits for the next call.
     *
     * @throws IOException as {@link LedgerReader#read}
     */
    public void read(Consumer<? super LedgerEvent> sink) throws IOException {
        if (Files.notExists(file)) {
            return;
        }
        byte[] added;
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(offset);
            added = in.readAllBytes();
        }
        int begin = 0;
        for (int i = 0; i < added.length; i++) {
            if (added[i] == '\n') {
                lines++;
                String line = new String(added, begin, i - begin, StandardCharsets.UTF_8);
                LedgerReader.accept(file, lines, line, sink);
                begin = i + 1;
            }
        }
        offset += begin;
    }
}
