package io.leveret.it.secrets;

import io.leveret.it.Secrets;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the tests of all modules have left: reports of Surefire with the output of the tests, logs
 * of servers, and what {@code JvmSurface} saw of JMX and threads. The folders of brokers are left
 * out: a broker keeps and logs what it likes.
 */
final class SuiteOutput {

    private static final Set<String> ENDINGS = Set.of("txt", "xml", "log", "out", "err", "dump");
    private static final int MODULE_DEPTH = 3;

    private final Path root;

    SuiteOutput(Path root) {
        this.root = root;
    }

    /** The tree that this module lies in. */
    static SuiteOutput ofThisTree() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.isRegularFile(at.resolve("it-tests/run"))) {
            at = at.getParent();
        }
        if (at == null) {
            throw new IllegalStateException(
                    "no it-tests/run above " + Path.of("").toAbsolutePath());
        }
        return new SuiteOutput(at);
    }

    private List<Path> modules() throws IOException {
        try (Stream<Path> all = Files.find(root, MODULE_DEPTH, SuiteOutput::isModule)) {
            return all.map(Path::getParent).sorted().toList();
        }
    }

    private static boolean isModule(Path path, BasicFileAttributes attributes) {
        return attributes.isRegularFile() && path.endsWith("pom.xml");
    }

    List<Secrets.Known> secrets() throws IOException {
        List<Secrets.Known> found = new ArrayList<>();
        for (Path module : modules()) {
            found.addAll(Secrets.writtenDown(module));
        }
        return found;
    }

    List<Path> files() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path module : modules()) {
            Path target = module.resolve("target");
            if (Files.isDirectory(target)) {
                Files.walkFileTree(target, new Collector(target, found));
            }
        }
        return found;
    }

    private static final class Collector extends SimpleFileVisitor<Path> {

        private static final Set<String> NO_OUTPUT =
                Set.of("classes", "test-classes", "secrets", "generated-sources", "maven-status");

        private final Path target;
        private final List<Path> found;

        Collector(Path target, List<Path> found) {
            this.target = target;
            this.found = found;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean skip =
                    folder.getParent().equals(target) && NO_OUTPUT.contains(name)
                            || name.startsWith("rabbitmq-")
                            || Files.isRegularFile(folder.resolve("env"))
                                    && Files.isDirectory(folder.resolve("node"));
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.getFileName().toString();
            String ending = name.substring(name.lastIndexOf('.') + 1);
            boolean report = file.getParent().endsWith("surefire-reports");
            boolean log = name.contains(".log"); // server.log.1 and the like too
            if (report || log || ENDINGS.contains(ending) && isOutput(file)) {
                found.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        /** Configuration of servers holds passwords by its nature; what they write does not. */
        private boolean isOutput(Path file) {
            Path parent = file.getParent();
            return parent.endsWith("jvm-surface")
                    || parent.endsWith("log")
                    || parent.endsWith("logs");
        }
    }
}
