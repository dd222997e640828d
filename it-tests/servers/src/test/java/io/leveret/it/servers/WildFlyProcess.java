package io.leveret.it.servers;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.dmr.ModelNode;

/**
 * A WildFly of a test's own, which may be killed and started again with what was deployed and
 * configured before; Arquillian's may not. It looks often for transactions that a life before left
 * open: by default some five minutes pass until it has rolled one back (two looks, two minutes
 * apart, and the first may come before its data source is there). One thread at a time.
 */
final class WildFlyProcess implements AutoCloseable {

    private static final int HTTP = 8080;
    private static final int MANAGEMENT = 9990;
    private static final int[] PORTS = {HTTP, 8443, MANAGEMENT, 9993, 4712, 4713, 8009};
    private static final Map<String, String> RECOVERY =
            Map.of(
                    "RecoveryEnvironmentBean.periodicRecoveryPeriod", "5",
                    "RecoveryEnvironmentBean.recoveryBackoffPeriod", "1");
    private static final Duration START_LIMIT = Duration.ofSeconds(180);
    private static final int END_SECONDS = 60;

    private final Path base;
    private final List<String> command = new ArrayList<>();
    private final int offset = FreePorts.offset(1_000, PORTS);
    private final Thread hook = new Thread(this::destroy, "wildfly-end");
    private volatile Process script;
    private volatile ProcessHandle server;
    private WildFlyManagement management;

    /**
     * Prepares one that does not run yet.
     *
     * @param base where its configuration, data and logs will be; must not be there
     * @param properties the system properties of the server
     */
    WildFlyProcess(Path base, Map<String, String> properties) throws IOException {
        this.base = base;
        Path home = Deployments.folder("leveret.it.wildfly");
        copy(home.resolve("standalone"), base);
        // By the shell: what unpacks a zip file may lose the permission to be executed.
        command.addAll(List.of("sh", home.resolve("bin/standalone.sh").toString()));
        command.add("-Djboss.server.base.dir=" + base);
        command.add("-Djboss.socket.binding.port-offset=" + offset);
        RECOVERY.forEach((key, value) -> command.add("-D" + key + "=" + value));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Starts it, with what was deployed when it ran last, and waits until all of that is up. */
    void start() throws IOException {
        script =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        base.resolve("console.log").toFile()))
                        .start();
        management = new WildFlyManagement(MANAGEMENT + offset);
        ModelNode state =
                Operations.createReadAttributeOperation(
                        new ModelNode().setEmptyList(), "server-state");
        Eventually.value(
                "WildFly",
                START_LIMIT,
                () -> management.execute(state).asString(),
                "running"::equals);
        server = ProcessHandle.of(management.pid()).orElseThrow();
    }

    WildFlyManagement management() {
        return management;
    }

    /** The control interface of an application, by its context root. */
    Control control(String root) {
        return new Control(
                URI.create("http://127.0.0.1:" + (HTTP + offset) + "/" + root + "/control/"));
    }

    /** Kills the server with SIGKILL, and waits until it is gone. */
    void kill() throws Exception {
        if (!server.destroyForcibly()) {
            throw new IOException("cannot kill " + server.pid());
        }
        awaitEnd();
    }

    /** Stops it orderly. */
    void stop() throws Exception {
        management.execute(Operations.createOperation("shutdown"));
        awaitEnd();
    }

    private void awaitEnd() throws Exception {
        management.close();
        server.onExit().get(END_SECONDS, TimeUnit.SECONDS);
        if (!script.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the script of WildFly goes on without it");
        }
    }

    /** What it has logged, over all its lives. */
    String log() throws IOException {
        return Files.readString(base.resolve("log/server.log"));
    }

    /** Kills it when it still runs. Its files stay. */
    @Override
    public void close() throws IOException {
        destroy();
        Runtime.getRuntime().removeShutdownHook(hook);
        if (management != null) {
            management.close();
        }
    }

    private void destroy() {
        if (script != null) {
            List<ProcessHandle> all = script.descendants().toList();
            script.destroyForcibly();
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
