package io.leveret.cdi;

import io.leveret.surface.FrozenApi;
import org.junit.jupiter.api.Test;

/** What applications see of the extension does not change by accident. */
class FrozenSurfaceTest {

    @Test
    void applicationsSeeWhatWasPromised() throws Exception {
        FrozenApi.check(LeveretExtension.class);
    }
}
