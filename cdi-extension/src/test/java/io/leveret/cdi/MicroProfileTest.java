package io.leveret.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.config.OneValueConfig;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MicroProfileTest {

    @AfterEach
    void withoutImplementation() {
        OneValueConfig.remove();
    }

    @Test
    void aValueOfTheApplicationsConfigurationIsUsed() {
        OneValueConfig.install("shop.queue", "orders");
        assertEquals("orders", Settings.ofServer().expand("${shop.queue}"));
        assertEquals("none", Settings.ofServer().expand("${shop.other:none}"));
    }

    @Test
    void anApiWithoutImplementationIsAsGoodAsNone() {
        assertEquals(Optional.empty(), MicroProfile.value("shop.queue"));
    }
}
