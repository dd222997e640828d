package io.leveret.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigBuilder;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MicroProfileTest {

    @AfterEach
    void withoutImplementation() {
        ConfigProviderResolver.setInstance(null);
    }

    @Test
    void aValueOfTheApplicationsConfigurationIsUsed() {
        ConfigProviderResolver.setInstance(new OneValue("shop.queue", "orders"));
        assertEquals("orders", Settings.ofServer().expand("${shop.queue}"));
        assertEquals("none", Settings.ofServer().expand("${shop.other:none}"));
    }

    @Test
    void anApiWithoutImplementationIsAsGoodAsNone() {
        assertEquals(Optional.empty(), MicroProfile.value("shop.queue"));
    }

    private static final class OneValue extends ConfigProviderResolver {

        private final Config config;

        OneValue(String key, String value) {
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
