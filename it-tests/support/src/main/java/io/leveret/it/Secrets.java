package io.leveret.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The secrets that tests use. Each is random, so that it can be found again where it must not be,
 * and written down in {@code target/secrets} of the module that runs; {@code it-tests/secrets}
 * searches all output of the whole suite for them at the end.
 *
 * <p>Thread-safe.
 */
public final class Secrets {

    /** One written-down secret. */
    public record Known(String label, String value) {}

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Path FOLDER = Path.of("target", "secrets");
    private static final Pattern TOKEN_ENDS = Pattern.compile("[\\r\\n\\t]");

    private Secrets() {}

    /**
     * Gives a secret that nobody has used before: letters, digits, and characters that URLs, base64
     * and JSON write in another way.
     *
     * @param label what it is for, one line; says in a finding which one it was
     */
    public static String fresh(String label) {
        return known(label, "Lv+" + new BigInteger(120, RANDOM).toString(36) + "/%?\u00e4");
    }

    /** The same with letters and digits only, for tools that take no others. */
    public static String plain(String label) {
        return known(label, "Lv" + new BigInteger(120, RANDOM).toString(36));
    }

    /** Writes down a secret that something else made, such as an access token. */
    public static synchronized String known(String label, String secret) {
        if (TOKEN_ENDS.matcher(label + secret).find()) {
            throw new IllegalArgumentException("a label or secret of more than one line");
        }
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(
                    FOLDER.resolve(ProcessHandle.current().pid() + ".txt"),
                    label + "\t" + secret + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a secret down", e);
        }
        return secret;
    }

    /**
     * Gives all secrets that were written down below a module's folder.
     *
     * @param module the folder that holds {@code target}
     */
    public static List<Known> writtenDown(Path module) throws IOException {
        Path folder = module.resolve(FOLDER);
        List<Known> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                int tab = line.indexOf('\t');
                found.add(new Known(line.substring(0, tab), line.substring(tab + 1)));
            }
        }
        return found;
    }
}
