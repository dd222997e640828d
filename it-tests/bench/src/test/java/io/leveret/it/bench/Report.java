package io.leveret.it.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where what was measured goes: the build's folder, in which it-tests/run finds tables. */
public final class Report {

    private static final Path TARGET = Path.of("target");

    private Report() {}

    /**
     * Prints the table, and writes it to {@code NAME.md} and the single figures to {@code
     * NAME.csv}.
     */
    public static void write(String name, String table, String single) throws IOException {
        System.out.println(table);
        Files.writeString(TARGET.resolve(name + ".md"), table, StandardCharsets.UTF_8);
        Files.writeString(TARGET.resolve(name + ".csv"), single, StandardCharsets.UTF_8);
    }
}
