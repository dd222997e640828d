package io.leveret.it.bench.publish;

/**
 * What Leveret is to reach in comparison with another side.
 *
 * @param leastSpeed the least ratio of msg/s; NaN when there is no aim
 * @param mostCpu the largest ratio of client CPU time per message; NaN when there is no aim
 */
record Aim(double leastSpeed, double mostCpu) {

    private static final Aim NONE = new Aim(Double.NaN, Double.NaN);

    /** The aim for a load and a side. */
    static Aim of(Load load, Side other) {
        boolean many = load.isBlocking() && load != Load.ONE;
        return switch (other) {
            case BARE_CHANNELS ->
                    load == Load.ONE
                            ? new Aim(0.95, Double.NaN)
                            : many ? new Aim(Double.NaN, 0.8) : NONE;
            case BARE_PIPELINED -> many ? new Aim(0.9, Double.NaN) : NONE;
            case BARE_WINDOW -> load == Load.ASYNC ? new Aim(0.95, 1.25) : NONE;
            case LEVERET, LEVERET_EJB, BARE_SHARED, SPRING -> NONE;
        };
    }
}
