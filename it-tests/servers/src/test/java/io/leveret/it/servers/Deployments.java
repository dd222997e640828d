package io.leveret.it.servers;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the build has put what the tests deploy. */
final class Deployments {

    static final String ADAPTER = "leveret.rar";
    static final String APPLICATION = "leveret-it-app.war";
    static final String DRIVER = "postgresql.jar";

    private Deployments() {}

    /** An archive, by its file name. */
    static Path file(String name) {
        return existing(folder("leveret.it.deployments").resolve(name));
    }

    /** A folder that the build names with a system property. */
    static Path folder(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException("run by Maven: the property " + property + " is unset");
        }
        return existing(Path.of(value));
    }

    private static Path existing(Path path) {
        if (!Files.exists(path)) {
            throw new IllegalStateException("run \"mvn verify\" first: there is no " + path);
        }
        return path;
    }
}
