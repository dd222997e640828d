package io.leveret.it.bench;

import java.time.Duration;
import java.util.function.ToDoubleFunction;

/** Repeats runs in which the host took too much of this machine's time. One thread at a time. */
public final class Undisturbed {

    /** One run. */
    @FunctionalInterface
    public interface Run<T> {

        /** Runs it, and gives what it showed. */
        T run() throws Exception;
    }

    private final double mostStolen;
    private final Duration limit;
    private final long began = System.nanoTime();
    private int rejected;

    /**
     * Creates one; its time begins now.
     *
     * @param mostStolen the largest share of the machine's time that the host may have taken in a
     *     run, 0 to 1; a run that lost more is repeated
     * @param limit after what time a run is not repeated any more, and all has failed
     */
    public Undisturbed(double mostStolen, Duration limit) {
        this.mostStolen = mostStolen;
        this.limit = limit;
    }

    /**
     * Runs until a run was not disturbed, and gives what that one showed.
     *
     * @param stolenShare what share of the machine's time a run has lost, 0 to 1
     * @throws IllegalStateException when there was none in time
     */
    public <T> T run(Run<T> run, ToDoubleFunction<T> stolenShare) throws Exception {
        while (true) {
            T shown = run.run();
            if (stolenShare.applyAsDouble(shown) <= mostStolen) {
                return shown;
            }
            rejected++;
            if (System.nanoTime() - began > limit.toNanos()) {
                throw new IllegalStateException(
                        "the host takes too much of this machine's time: "
                                + rejected
                                + " runs were thrown away");
            }
        }
    }

    /** How many runs were thrown away. */
    public int rejected() {
        return rejected;
    }
}
