package io.leveret.it.bench.publish;

import java.util.List;

/** How many publish, and how. */
enum Load {
    /** One thread that waits for each confirm. */
    ONE("1 thread", 1, 3_000),
    /** As many threads. */
    SIXTEEN("16 threads", 16, 10_000),
    /** As many threads. */
    SIXTY_FOUR("64 threads", 64, 16_000),
    /** As many threads. */
    TWO_HUNDRED("200 threads", 200, 16_000),
    /** One thread, batch after batch. */
    BATCH("batches of 500", 500, 30_000),
    /** One thread that does not wait. */
    ASYNC("async", 500, 30_000);

    private final String text;
    private final int most;
    private final int messages;

    Load(String text, int most, int messages) {
        this.text = text;
        this.most = most;
        this.messages = messages;
    }

    static List<Load> blocking() {
        return List.of(ONE, SIXTEEN, SIXTY_FOUR, TWO_HUNDRED);
    }

    boolean isBlocking() {
        return blocking().contains(this);
    }

    String text() {
        return text;
    }

    /** How many messages may be on their way at a time: threads, or what is pipelined. */
    int most() {
        return most;
    }

    /** How many messages a full run has: a second or so of them. */
    int messages() {
        return messages;
    }
}
