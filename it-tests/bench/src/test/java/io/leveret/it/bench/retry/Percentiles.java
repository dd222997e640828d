package io.leveret.it.bench.retry;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Times in ms, by the share of all that are not longer. Immutable. */
final class Percentiles {

    private final long[] sorted;

    /**
     * Sorts times.
     *
     * @param nanos at least one
     */
    Percentiles(LongStream nanos) {
        sorted = nanos.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no times");
        }
    }

    /** Gives the shortest time, in ms, that a share of all does not exceed. */
    double at(double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(rank, 1) - 1] / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    double least() {
        return at(0);
    }

    double most() {
        return at(1);
    }
}
