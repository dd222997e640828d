package io.leveret.it.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EstimateTest {

    private static final double EXACT = 1e-9;

    @Test
    void theIntervalIsStudents() {
        // Mean 5, standard deviation 2 of 4 values: 5 ± 3.182 * 2 / 2.
        Estimate estimate = Estimate.of(5 - Math.sqrt(6), 5, 5, 5 + Math.sqrt(6));
        assertEquals(5, estimate.mean(), EXACT);
        assertEquals(5 - 3.182, estimate.low(), EXACT);
        assertEquals(5 + 3.182, estimate.high(), EXACT);
    }

    @Test
    void aRatioAndItsInverseAreAsFarFromOne() {
        Estimate estimate = Estimate.ofRatios(new double[] {2, 1}, new double[] {1, 2});
        assertEquals(1, estimate.mean(), EXACT);
        assertEquals(1, estimate.low() * estimate.high(), EXACT);
    }

    @Test
    void oneValueHasNoInterval() {
        assertTrue(Double.isNaN(Estimate.of(3).low()));
        assertEquals("3.00", Estimate.of(3).toString());
    }

    @Test
    void anAimIsMissedOnlyWhenTheWholeIntervalIsBeyondIt() {
        assertEquals("missed", new Estimate(4, 3.1, 5).atMost(3));
        assertEquals("open", new Estimate(4, 2.9, 5).atMost(3));
        assertEquals("kept", new Estimate(2, 1, 3).atMost(3));
        assertEquals("missed", new Estimate(0.8, 0.7, 0.89).atLeast(0.9));
        assertEquals("open", new Estimate(0.8, 0.7, 0.91).atLeast(0.9));
        assertEquals("kept", new Estimate(1, 0.9, 1.1).atLeast(0.9));
        assertEquals("open", Estimate.of(3).atMost(2), "without an interval nothing is decided");
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertEquals(2.5, Estimate.median(4, 1, 2, 3), EXACT);
        assertEquals(2, Estimate.median(3, 1, 2), EXACT);
    }
}
