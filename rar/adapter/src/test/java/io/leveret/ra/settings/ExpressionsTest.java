package io.leveret.ra.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.config.OneValueConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Expressions")
final class ExpressionsTest {

    private final Map<String, String> system = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Expressions expressions = new Expressions(system::get, environment::get);

    @AfterEach
    void withoutMicroProfile() {
        OneValueConfig.remove();
    }

    private Optional<String> expand(String value) {
        return expressions.expand(value);
    }

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "${k:d}, d",
        "a-${k:d}-b, a-d-b",
        "${k:x:y}, x:y",
        "${ k :d}, d",
        "'${k:}', ''",
        "${k:1}${l:2}, 12",
        "$k, $k",
        "{k}, {k}"
    })
    @DisplayName("become their default when the key is set nowhere")
    void defaults(String value, String expanded) {
        assertEquals(Optional.of(expanded), expand(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"${k}", "a${k", "${}", "${k:d}${l}", "${k:d}${"})
    @DisplayName("without value and default are reported, not passed on")
    void missing(String value) {
        assertEquals(Optional.empty(), expand(value));
    }

    @Test
    @DisplayName("take system property, environment and MicroProfile Config, in this order")
    void order() {
        OneValueConfig.install("shop.queue", "from config");
        assertEquals(Optional.of("from config"), expand("${shop.queue:none}"));
        environment.put("SHOP_QUEUE", "from NAME");
        assertEquals(Optional.of("from NAME"), expand("${shop.queue}"));
        environment.put("shop.queue", "from name");
        assertEquals(Optional.of("from name"), expand("${shop.queue}"));
        system.put("shop.queue", "from property");
        assertEquals(Optional.of("from property"), expand("${shop.queue}"));
        system.put("shop.queue", " ");
        assertEquals(Optional.of("from name"), expand("${shop.queue}"), "blank is not set");
    }

    @Test
    @DisplayName("take what was found as it is")
    void literal() {
        environment.put("SECRET", "a${b}$1\\c}");
        assertEquals(Optional.of("[a${b}$1\\c}]"), expand("[${SECRET}]"));
        Given given = new Given();
        given.environment.put("SECRET", "pa${ss");
        given.adapter(Setting.USER_NAME, "u").adapter(Setting.PASSWORD, "${SECRET}");
        given.adapter(Setting.ADDRESSES, "a");
        assertEquals(
                new Credentials.Password("u", new Secret("pa${ss")), given.broker().credentials());
    }

    @Test
    @DisplayName("that expand to nothing leave the setting unset")
    void blank() {
        Given given = new Given().bean(Setting.DESTINATION, "q");
        given.bean(Setting.PREFETCH, "${PREFETCH:}").adapter(Setting.PREFETCH, "7");
        assertEquals(7, given.reader().inbound().prefetch());
    }

    @Test
    @DisplayName("without a value are an error of the property that has them, once")
    void reported() {
        Given given = new Given().adapter(Setting.ADDRESSES, "${BROKER}");
        given.refused(Setting.ADDRESSES, "\"${BROKER}\"", "set nowhere", "${key:default}");

        SettingsReader reader = new Given().adapter(Setting.HEARTBEAT, "${BEAT}").reader();
        reader.link();
        String message = reader.problems().message("It");
        assertTrue(message.startsWith("It has 1 error\n  1. heartbeat (\"${BEAT}\")"), message);
    }

    @Test
    @DisplayName("are expanded in system properties and environment variables of Leveret too")
    void outside() {
        Given given = new Given();
        given.environment.put("LEVERET_ADDRESSES", "${RABBIT_HOST}:7");
        given.environment.put("RABBIT_HOST", "h");
        assertEquals("[h:7]", given.broker().addresses().toString());
    }

    @Test
    @DisplayName("work with the MicroProfile API but no implementation")
    void apiOnly() {
        assertEquals(Optional.empty(), MicroProfile.value("shop.queue"));
        assertEquals(Optional.of("d"), expand("${shop.queue:d}"));
    }

    @Test
    @DisplayName("work where the classes of MicroProfile Config are absent")
    void apiAbsent() throws Exception {
        ClassLoader without = new WithoutMicroProfile();
        assertThrows(ClassNotFoundException.class, () -> without.loadClass(Config.class.getName()));
        Class<?> type = without.loadClass(Expressions.class.getName());
        Constructor<?> constructor =
                type.getDeclaredConstructor(UnaryOperator.class, UnaryOperator.class);
        constructor.setAccessible(true);
        Method expand = type.getDeclaredMethod("expand", String.class);
        expand.setAccessible(true);
        UnaryOperator<String> nothing = key -> null;

        Object there = constructor.newInstance(nothing, nothing);

        assertFalse(type == Expressions.class);
        assertEquals(Optional.of("d"), expand.invoke(there, "${shop.queue:d}"));
    }

    /** Loads this package's classes itself, and none of MicroProfile's. */
    private static final class WithoutMicroProfile extends ClassLoader {

        WithoutMicroProfile() {
            super(ExpressionsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.eclipse.microprofile.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.leveret.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] code = in.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
