package io.leveret.config;

import java.lang.reflect.Proxy;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigBuilder;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;

/** Plays a server with MicroProfile Config in which one value is set, in the whole JVM. */
public final class OneValueConfig {

    private OneValueConfig() {}

    /**
     * Installs it, in the place of any other.
     *
     * @param key what is set
     * @param value its value
     */
    public static void install(String key, String value) {
        ConfigProviderResolver.setInstance(new Resolver(key, value));
    }

    /** Leaves the API without an implementation. */
    public static void remove() {
        ConfigProviderResolver.setInstance(null);
    }

    private static final class Resolver extends ConfigProviderResolver {

        private final Config config;

        Resolver(String key, String value) {
            config =
                    (Config)
                            Proxy.newProxyInstance(
                                    Config.class.getClassLoader(),
                                    new Class<?>[] {Config.class},
                                    (proxy, method, args) ->
                                            Optional.ofNullable(
                                                    key.equals(args[0]) ? value : null));
        }

        @Override
        public Config getConfig() {
            return config;
        }

        @Override
        public Config getConfig(ClassLoader loader) {
            return config;
        }

        @Override
        public ConfigBuilder getBuilder() {
            throw new UnsupportedOperationException("not needed here");
        }

        @Override
        public void registerConfig(Config ignored, ClassLoader loader) {
            throw new UnsupportedOperationException("not needed here");
        }

        @Override
        public void releaseConfig(Config ignored) {
            throw new UnsupportedOperationException("not needed here");
        }
    }
}
