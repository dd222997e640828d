package io.leveret.it.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndisturbedTest {

    private final Iterator<Double> runs = List.of(0.5, 0.031, 0.03, 0.0).iterator();

    @Test
    void aRunIsRepeatedUntilOneHasLostLittle() throws Exception {
        Undisturbed undisturbed = new Undisturbed(0.03, Duration.ofMinutes(1));
        assertEquals(0.03, undisturbed.run(runs::next, lost -> lost));
        assertEquals(2, undisturbed.rejected());
    }

    @Test
    void afterItsTimeARunIsNotRepeated() {
        Undisturbed undisturbed = new Undisturbed(0.03, Duration.ZERO);
        assertThrows(IllegalStateException.class, () -> undisturbed.run(runs::next, lost -> lost));
        assertEquals(1, undisturbed.rejected());
    }
}
