package io.leveret.it.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * A mean with its 95 % confidence interval, by Student's t distribution.
 *
 * @param low NaN, as {@code high}, when there is only one value
 */
public record Estimate(double mean, double low, double high) {

    /**
     * The 0.975 quantiles of the t distribution for 1, 2, ... degrees of freedom. From:
     * NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, "Critical Values of the Student's
     * t Distribution".
     */
    private static final double[] QUANTILES = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042
    };

    /** Estimates the mean of values. Of more than 31 the interval comes out a little too wide. */
    public static Estimate of(double... values) {
        int n = values.length;
        double mean = Arrays.stream(values).average().orElseThrow();
        if (n == 1) {
            return new Estimate(mean, Double.NaN, Double.NaN);
        }
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double half =
                QUANTILES[Math.min(n - 1, QUANTILES.length) - 1] * Math.sqrt(squares / (n - 1) / n);
        return new Estimate(mean, mean - half, mean + half);
    }

    /** Estimates the ratio of pairs, as the geometric mean: 2 and 1/2 are as far from 1. */
    public static Estimate ofRatios(double[] over, double[] under) {
        double[] logs = new double[over.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = Math.log(over[i] / under[i]);
        }
        return of(logs).map(Math::exp);
    }

    private Estimate map(DoubleUnaryOperator f) {
        return new Estimate(f.applyAsDouble(mean), f.applyAsDouble(low), f.applyAsDouble(high));
    }

    /**
     * Compares with an aim.
     *
     * @return missed only when the whole interval is beyond it
     */
    public String atMost(double aim) {
        return low > aim ? "missed" : high <= aim ? "kept" : "open";
    }

    /** The same for an aim that is a lower bound. */
    public String atLeast(double aim) {
        return high < aim ? "missed" : low >= aim ? "kept" : "open";
    }

    /** Gives the median of values. */
    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The mean and, where there is one, its interval. */
    @Override
    public String toString() {
        return Double.isNaN(low)
                ? String.format(Locale.ROOT, "%.2f", mean)
                : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", mean, low, high);
    }
}
