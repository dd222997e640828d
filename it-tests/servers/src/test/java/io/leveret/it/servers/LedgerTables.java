package io.leveret.it.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Where the tables of a ledger run go: stdout, and {@code target/ledger-WHAT-VERSION.md}. */
final class LedgerTables {

    private LedgerTables() {}

    /**
     * Gives their title.
     *
     * @param what was done, like "publishing"
     * @param began {@link System#nanoTime}
     */
    static String title(String what, String version, int messages, int faults, long began) {
        return String.format(
                Locale.ROOT,
                "Ledger run of %s, RabbitMQ %s: %d messages and %d faults in %d s",
                what,
                version,
                messages,
                faults,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
    }

    /** Writes them. */
    static void write(String what, String version, String text) throws IOException {
        System.out.println(text);
        Files.writeString(
                Deployments.folder("leveret.it.target")
                        .resolve("ledger-" + what + "-" + version + ".md"),
                text,
                StandardCharsets.UTF_8);
    }
}
