package io.leveret.it.database;

import io.leveret.it.broker.BrokerNode;
import io.leveret.it.node.NodeException;
import io.leveret.it.node.NodeScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A private PostgreSQL server of this test run, on loopback and a free port, with prepared
 * transactions allowed. It dies with this process, however this process ends.
 *
 * <p>Every operation returns when it is done and throws {@link NodeException} when it fails. One
 * thread controls a server at a time; the accessors may be called from any thread.
 */
public final class PostgresNode implements AutoCloseable {

    /** First start, which may have to download and unpack the server. */
    private static final Duration START_LIMIT = Duration.ofMinutes(15);

    private static final Duration CONTROL_LIMIT = Duration.ofMinutes(2);

    private final NodeScript script;
    private final Path folder;
    private final Map<String, String> env;

    private PostgresNode(NodeScript script, Path folder) {
        this.script = script;
        this.folder = folder;
        this.env = NodeScript.readEnv(folder);
    }

    /**
     * Starts a server in a new temporary folder, below Maven's target folder where there is one.
     * Prints version and port as one line on stdout.
     *
     * @throws NodeException when none can be had; the message says what to install
     */
    public static PostgresNode start() {
        try {
            Path target = Path.of("target").toAbsolutePath();
            return start(
                    Files.isDirectory(target)
                            ? Files.createTempDirectory(target, "postgresql-")
                            : Files.createTempDirectory("postgresql-"));
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for a database server", e);
        }
    }

    private static PostgresNode start(Path folder) {
        NodeScript script = NodeScript.of("database/node");
        String owner = Long.toString(ProcessHandle.current().pid());
        System.out.println(
                script.run(START_LIMIT, List.of("start", folder.toString(), "--owner", owner)));
        return new PostgresNode(script, folder);
    }

    /** Host name or address. */
    public String host() {
        return env.get("HOST");
    }

    /** The port. */
    public int port() {
        return Integer.parseInt(env.get("PORT"));
    }

    /** The name of the database. */
    public String database() {
        return env.get("DATABASE");
    }

    /** A user who may do everything. */
    public String user() {
        return env.get("USER");
    }

    /** The user's password. */
    public String password() {
        return env.get("PASSWORD");
    }

    /** The version that the server itself named when it was started first. */
    public String version() {
        return env.get("VERSION");
    }

    /** The process id of the running server. */
    public long pid() {
        return Long.parseLong(run("pid"));
    }

    /**
     * Runs a statement in a session of its own.
     *
     * @return the rows, in lines; their columns are separated by {@code |}
     */
    public List<String> sql(String statement) {
        return run("sql", statement).lines().toList();
    }

    /** SIGKILL to the server and all its sessions; returns when they are gone. The data stay. */
    public void kill() {
        run("kill");
    }

    /** Orderly stop, which ends all sessions; the data stay. */
    public void stop() {
        run("stop");
    }

    /** Starts the stopped or killed server with its data on its port; waits until it answers. */
    public void restart() {
        run("start");
    }

    /** Ends the server and removes its folder (see {@link BrokerNode#KEEP_PROPERTY}). */
    @Override
    public void close() {
        if (Files.exists(folder)) {
            run(Boolean.getBoolean(BrokerNode.KEEP_PROPERTY) ? "stop" : "destroy");
        }
    }

    @Override
    public String toString() {
        return "PostgreSQL " + version() + " on " + host() + ":" + port();
    }

    private String run(String operation, String... arguments) {
        List<String> command = new ArrayList<>(List.of(operation, folder.toString()));
        command.addAll(List.of(arguments));
        return script.run(CONTROL_LIMIT, command);
    }
}
