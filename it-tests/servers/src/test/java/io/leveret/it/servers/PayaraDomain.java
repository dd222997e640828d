package io.leveret.it.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Payara domain of its own: a copy of the one that Payara ships, on free ports and on loopback
 * only. The copy is edited before its first start, because asking the server for the same takes a
 * minute and a restart. What would listen elsewhere and is not needed (clustering, JMS) is off.
 */
final class PayaraDomain implements AutoCloseable {

    private static final int HTTP = 8080;
    private static final int ADMIN = 4848;
    private static final int SHELL = 6666;
    private static final int[] PORTS = {HTTP, 8181, ADMIN, SHELL, 3700, 3820, 3920, 8686, 7676};
    private static final String NAME = "it";

    /** Where the server's own configuration ends; after it comes a template for further ones. */
    private static final String END_OF_SERVER = "</config>";

    private static final Pattern PORT = Pattern.compile(" port=\"(\\d+)\"");

    private final Path asadmin;
    private final Path domains;
    private final int offset;
    private volatile ProcessHandle server;

    private PayaraDomain(Path asadmin, Path domains, int offset) {
        this.asadmin = asadmin;
        this.domains = domains;
        this.offset = offset;
    }

    /**
     * Makes a domain and starts it.
     *
     * @param payara the unpacked server
     * @param folder an empty folder
     * @param properties the system properties of the server
     * @param library a library for the server's class path
     */
    static PayaraDomain start(
            Path payara, Path folder, Map<String, String> properties, Path library)
            throws IOException {
        Path domain = folder.resolve(NAME);
        copy(payara.resolve("glassfish/domains/domain1"), domain);
        Path libraries = Files.createDirectories(domain.resolve("lib"));
        Files.copy(library, libraries.resolve(library.getFileName()));
        int offset = FreePorts.offset(10_000, PORTS);
        Path configuration = domain.resolve("config/domain.xml");
        Files.writeString(
                configuration, edited(Files.readString(configuration), offset, properties));
        PayaraDomain started =
                new PayaraDomain(payara.resolve("glassfish/bin/asadmin"), folder, offset);
        // The server is no child of this process, and does not end with it by itself.
        Runtime.getRuntime().addShutdownHook(new Thread(started::kill, "payara-end"));
        try {
            started.local("start-domain");
        } finally {
            started.server = started.findServer();
        }
        return started;
    }

    int httpPort() {
        return HTTP + offset;
    }

    long pid() {
        return server.pid();
    }

    /** What the server has logged, up to the last rotation of its log. */
    String log() throws IOException {
        byte[] log = Files.readAllBytes(domains.resolve(NAME + "/logs/server.log"));
        return new String(log, StandardCharsets.UTF_8);
    }

    /** Runs a command in the server and insists on success. */
    void remote(String... command) throws IOException {
        Command.run(remoteCommand(command));
    }

    /** Runs a command in the server. */
    Command.Result tryRemote(String... command) throws IOException {
        return Command.tryRun(remoteCommand(command));
    }

    @Override
    public void close() throws IOException {
        try {
            local("stop-domain");
        } finally {
            kill();
        }
    }

    // Both are run by the shell: what unpacks a zip file may lose the permission to be executed.

    private void local(String command) throws IOException {
        Command.run(
                List.of(
                        "sh",
                        asadmin.toString(),
                        "--interactive=false",
                        command,
                        "--domaindir",
                        domains.toString(),
                        NAME));
    }

    private List<String> remoteCommand(String... command) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "sh",
                                asadmin.toString(),
                                "--interactive=false",
                                "--port",
                                "" + (ADMIN + offset)));
        all.addAll(List.of(command));
        return all;
    }

    /** Ends the server where an orderly stop did not. The handle cannot hit another process. */
    private void kill() {
        ProcessHandle handle = server;
        if (handle != null) {
            handle.destroyForcibly();
        }
    }

    private ProcessHandle findServer() throws IOException {
        Path file = domains.resolve(NAME + "/config/pid");
        if (!Files.exists(file)) {
            return null;
        }
        return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElse(null);
    }

    private static String edited(String xml, int offset, Map<String, String> properties) {
        int end = xml.indexOf(END_OF_SERVER);
        if (end < 0) {
            throw new IllegalStateException("this Payara's domain.xml has another shape");
        }
        StringBuilder options = new StringBuilder();
        properties.forEach(
                (name, value) ->
                        options.append("<jvm-options>-D" + name + "=" + value + "</jvm-options>"));
        String server =
                PORT.matcher(xml.substring(0, end))
                        .replaceAll(m -> " port=\"" + (Integer.parseInt(m.group(1)) + offset) + '"')
                        .replace("telnet.port=" + SHELL, "telnet.port=" + (SHELL + offset))
                        .replace("\"7676\"", "\"" + (7676 + offset) + '"')
                        .replace("address=\"0.0.0.0\"", "address=\"127.0.0.1\"")
                        .replace("<network-listener ", "<network-listener address=\"127.0.0.1\" ")
                        .replace(
                                "<hazelcast-config-specific-configuration",
                                "<hazelcast-config-specific-configuration enabled=\"false\"")
                        // Shows the adapter's classes to all applications, not only to those
                        // that refer to it in a descriptor or by @Resource.
                        .replace(
                                "<connector-service ",
                                "<connector-service class-loading-policy=\"global\" ")
                        .replace("type=\"EMBEDDED\"", "type=\"DISABLED\"")
                        .replaceAll("(<jms-host [^>]*)lazy-init=\"true\"", "$1lazy-init=\"false\"")
                        .replaceFirst(
                                "<jvm-options>",
                                Matcher.quoteReplacement(options + "<jvm-options>"));
        return server + xml.substring(end);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
