package io.leveret.it.servers.publish;

/** Where messages go: each of them leads to one queue of its own. */
public enum Destination {
    /** A quorum queue, by the default exchange. */
    QUORUM("quorum", false),
    /** A classic queue, by the default exchange. */
    CLASSIC("classic", false),
    /** A classic queue that is full at times, by the default exchange. */
    BOUNDED("classic", false),
    /** A quorum queue, by an exchange of its own, which is missing at times, or leads nowhere. */
    ROUTED("quorum", true);

    private final String type;
    private final boolean exchange;

    Destination(String type, boolean exchange) {
        this.type = type;
        this.exchange = exchange;
    }

    /** The queue. */
    public String queue() {
        return "publish." + name();
    }

    /** The queue's type. */
    public String type() {
        return type;
    }

    /** The exchange; empty for the default exchange. */
    public String exchange() {
        return exchange ? queue() : "";
    }
}
