package io.leveret.surface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compares what a module shows to applications with what it has promised, in {@code
 * src/test/resources/api.txt}.
 */
public final class FrozenApi {

    /** The system property that has the file written anew. */
    private static final String ACCEPT = "leveret.api.accept";

    private static final Path FILE = Path.of("src", "test", "resources", "api.txt");
    private static final String CLASS = ".class";

    private FrozenApi() {}

    /**
     * Fails when they differ, or when a signature names what applications must not see.
     *
     * @param one any class of the module, by which its compiled classes are found
     * @throws Exception when the classes or the file cannot be read
     */
    public static void check(Class<?> one) throws Exception {
        List<String> found = ApiSurface.of(classesBeside(one));
        assertTrue(found.size() > 1, "nothing found");
        assertEquals(
                List.of(), ApiSurface.leaks(found, "com.rabbitmq.", "io.leveret.ra.", "io.netty."));
        Path file = Path.of(System.getProperty("basedir", "")).resolve(FILE);
        if (Boolean.getBoolean(ACCEPT)) {
            Files.write(file, found);
        }
        String difference = ApiSurface.difference(Files.readAllLines(file), found);
        if (!difference.isEmpty()) {
            fail(
                    "what applications see has changed, against "
                            + FILE
                            + ":\n"
                            + difference
                            + "If that is meant, run this test with -D"
                            + ACCEPT
                            + "=true, which writes the file anew, and commit it.");
        }
    }

    private static List<Class<?>> classesBeside(Class<?> one)
            throws IOException, URISyntaxException, ClassNotFoundException {
        Path root = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Class<?>> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path each : files.filter(f -> f.toString().endsWith(CLASS)).toList()) {
                String file = root.relativize(each).toString();
                String name =
                        file.substring(0, file.length() - CLASS.length())
                                .replace(each.getFileSystem().getSeparator(), ".");
                if (!name.endsWith("-info")) {
                    all.add(Class.forName(name, false, one.getClassLoader()));
                }
            }
        }
        return all;
    }
}
