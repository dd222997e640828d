package io.leveret.it.bench.publish;

/** Who publishes. */
enum Side {
    /** Leveret, without a server. */
    LEVERET("Leveret", "leveret"),
    /** The bare client: each thread waits for its confirm on a channel of its own. */
    BARE_CHANNELS("(a) bare, channel per thread", "bare"),
    /** The bare client: one thread, one channel, as many on their way as with threads. */
    BARE_PIPELINED("(b) bare, one channel", "bare"),
    /** The same with 500 on their way. */
    BARE_WINDOW("(c) bare, window 500", "bare"),
    /** Spring AMQP's RabbitTemplate with correlated confirms. */
    SPRING("Spring AMQP", "spring");

    private final String text;
    private final String client;

    Side(String text, String client) {
        this.text = text;
        this.client = client;
    }

    String text() {
        return text;
    }

    /** What the program calls the client; each has a process of its own. */
    String client() {
        return client;
    }
}
