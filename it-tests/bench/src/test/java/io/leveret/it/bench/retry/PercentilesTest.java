package io.leveret.it.bench.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

    private static final long MILLI = 1_000_000;

    @Test
    void aPercentileIsTheShortestTimeThatSoManyDoNotExceed() {
        Percentiles hundred =
                new Percentiles(LongStream.rangeClosed(1, 100).map(i -> (101 - i) * MILLI));
        assertEquals(1, hundred.least());
        assertEquals(50, hundred.at(0.5));
        assertEquals(99, hundred.at(0.99));
        assertEquals(100, hundred.most());
    }

    @Test
    void aTimeBelowZeroIsTheLeast() {
        assertEquals(-2, new Percentiles(LongStream.of(3 * MILLI, -2 * MILLI)).least());
    }

    @Test
    void ofNoTimesThereAreNone() {
        assertThrows(IllegalArgumentException.class, () -> new Percentiles(LongStream.empty()));
    }
}
