package io.leveret.it.bench.publish;

import java.util.ArrayList;
import java.util.List;

/** What is measured once in every round. */
record PublishCase(Side side, Load load, String queueType) {

    /** What Spring publishes without waiting takes long: fewer messages will do. */
    private static final int SPRING_ASYNC = 8_000;

    /** All cases of a queue type, those next to each other that are compared. */
    static List<PublishCase> all(String queueType) {
        List<PublishCase> all = new ArrayList<>();
        for (Load load : Load.values()) {
            for (Side side : Side.values()) {
                if (exists(side, load)) {
                    all.add(new PublishCase(side, load, queueType));
                }
            }
        }
        return all;
    }

    private static boolean exists(Side side, Load load) {
        return switch (side) {
            case LEVERET, LEVERET_EJB -> true;
            case BARE_CHANNELS, BARE_PIPELINED, BARE_SHARED -> load.isBlocking();
            case BARE_WINDOW -> load == Load.ASYNC;
            case SPRING -> load.isBlocking() || load == Load.ASYNC;
        };
    }

    /** The same load on another side. */
    PublishCase on(Side other) {
        return new PublishCase(other, load, queueType);
    }

    /** The case that pipelines with 500 on their way. */
    PublishCase window() {
        return new PublishCase(Side.BARE_WINDOW, Load.ASYNC, queueType);
    }

    /** Whether each thread waits for each of its confirms. */
    boolean blocks() {
        return load.isBlocking() && side != Side.BARE_PIPELINED;
    }

    /** Whether it pipelines batch by batch. */
    boolean batches() {
        return load == Load.BATCH;
    }

    /** What the program calls the client. */
    String client() {
        return batches() ? side.client() + "-batches" : side.client();
    }

    /** How many messages a full run has. */
    int messages() {
        return side == Side.SPRING && load == Load.ASYNC ? SPRING_ASYNC : load.messages();
    }

    @Override
    public String toString() {
        return side.text() + ", " + load.text() + ", " + queueType;
    }
}
