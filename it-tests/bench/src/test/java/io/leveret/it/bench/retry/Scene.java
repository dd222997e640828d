package io.leveret.it.bench.retry;

import java.util.List;

/** What goes on while the messages of one queue that do not fail are measured. */
enum Scene {
    ALONE("nothing beside, none fails", 0, 0, false),
    BESIDE_SUCCESS("a queue beside, as many messages, none fails", 0, 1, false),
    BESIDE_DELIVERIES(
            "a queue beside, as many deliveries, none fails", 0, RetryAdapter.ATTEMPTS, false),
    BESIDE_FAILURE("a queue beside, all fail", 0, 1, true),
    TENTH_FAILS("nothing beside, one of ten fails", 10, 0, false);

    /** What a neighbour costs that fails. */
    static final List<Scene> NEIGHBOURS =
            List.of(ALONE, BESIDE_SUCCESS, BESIDE_DELIVERIES, BESIDE_FAILURE);

    /** What those cost that fail among others. */
    static final List<Scene> SHARES = List.of(ALONE, TENTH_FAILS);

    private final String text;
    private final int failsEvery;
    private final int neighbourTimes;
    private final boolean neighbourFails;

    Scene(String text, int failsEvery, int neighbourTimes, boolean neighbourFails) {
        this.text = text;
        this.failsEvery = failsEvery;
        this.neighbourTimes = neighbourTimes;
        this.neighbourFails = neighbourFails;
    }

    /** Whether a message of the queue that is measured fails. */
    boolean fails(int index) {
        return failsEvery != 0 && index % failsEvery == failsEvery - 1;
    }

    /** How often the rate of a neighbour is published there; 0 when there is none. */
    int neighbourTimes() {
        return neighbourTimes;
    }

    /** Whether a message of the neighbour fails. */
    boolean neighbourFails(int index) {
        return neighbourFails;
    }

    @Override
    public String toString() {
        return text;
    }
}
