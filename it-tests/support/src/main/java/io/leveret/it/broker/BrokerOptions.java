package io.leveret.it.broker;

import java.nio.file.Path;
import java.util.List;

/**
 * How a private node is started. Immutable; every {@code with} method returns a changed copy.
 *
 * @param version {@code 3.10}, {@code 4.0} or {@code latest}
 * @param plugins plug-ins to enable
 * @param config lines appended to rabbitmq.conf; {@code @NAME@} stands for a value of the node's
 *     env file, such as {@code @SPARE1@} for a free port, and {@code @FILES@} for the folder of
 *     {@code files} as the node sees it
 * @param files a folder with files that the configuration names, copied into the node, or null; a
 *     file advanced.config in it is used
 */
public record BrokerOptions(String version, List<String> plugins, List<String> config, Path files) {

    /** System property that chooses the version; 4.0 unless set. */
    public static final String VERSION_PROPERTY = "leveret.it.rabbitmq";

    /** Copies the lists. */
    public BrokerOptions {
        plugins = List.copyOf(plugins);
        config = List.copyOf(config);
    }

    /** The version that the test run asks for, no plug-ins, no further configuration. */
    public static BrokerOptions defaults() {
        String version = System.getProperty(VERSION_PROPERTY, "");
        return new BrokerOptions(version.isBlank() ? "4.0" : version, List.of(), List.of(), null);
    }

    /** Another version. */
    public BrokerOptions withVersion(String other) {
        return new BrokerOptions(other, plugins, config, files);
    }

    /** Other plug-ins. */
    public BrokerOptions withPlugins(String... others) {
        return new BrokerOptions(version, List.of(others), config, files);
    }

    /** Other lines for rabbitmq.conf. */
    public BrokerOptions withConfig(String... lines) {
        return new BrokerOptions(version, plugins, List.of(lines), files);
    }

    /** Files for the configuration. */
    public BrokerOptions withFiles(Path folder) {
        return new BrokerOptions(version, plugins, config, folder);
    }
}
