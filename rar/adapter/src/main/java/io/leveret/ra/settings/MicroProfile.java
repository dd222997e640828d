package io.leveret.ra.settings;

import java.util.Optional;
import java.util.ServiceConfigurationError;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * MicroProfile Config where the server has it. This is the only class that names its types, so that
 * without them nothing but this class fails to link.
 */
final class MicroProfile {

    private MicroProfile() {}

    /** Gives the value of a key; empty also where there is no MicroProfile Config. */
    static Optional<String> value(String key) {
        try {
            return ConfigProvider.getConfig().getOptionalValue(key, String.class);
        } catch (LinkageError | ServiceConfigurationError | IllegalStateException absent) {
            return Optional.empty(); // no API, or the API without an implementation that fits
        }
    }
}
