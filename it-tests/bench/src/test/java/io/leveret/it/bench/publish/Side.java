package io.leveret.it.bench.publish;

/** Who publishes. */
enum Side {
    /** Leveret, without a server. */
    LEVERET("Leveret", "leveret"),
    /** The same from an enterprise bean in WildFly. */
    LEVERET_EJB("Leveret, EJB in WildFly", null),
    /** The bare client: each thread waits for its confirm on a channel of its own. */
    BARE_CHANNELS("(a) bare, channel per thread", "bare"),
    /** The bare client: one thread, one channel, as many on their way as with threads. */
    BARE_PIPELINED("(b) bare, one channel", "bare"),
    /** The same with 500 on their way. */
    BARE_WINDOW("(c) bare, window 500", "bare"),
    /** The bare client: threads that wait for their confirms on one channel that they share. */
    BARE_SHARED("(d) bare, threads share a channel", "bare-shared"),
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

    /** Whether a program publishes, and not the server. */
    boolean isProgram() {
        return client != null;
    }

    /** What the program calls the client; each has a process of its own. */
    String client() {
        return client;
    }
}
