package io.leveret;

import java.io.Serializable;
import java.util.Objects;

/**
 * Exchanges, queues and bindings that an application declares with {@link
 * MqConnection#declare(MqTopology)}, written as in the settings {@code exchanges}, {@code queues}
 * and {@code bindings} of a connection factory.
 *
 * <pre>{@code
 * connection.declare(
 *     MqTopology.empty()
 *         .exchange("shop type=topic")
 *         .queue("orders max-length=100000 overflow=reject-publish")
 *         .binding("shop -> orders: order.*, payment.#"));
 * }</pre>
 *
 * <p>An exchange is {@code direct} and durable, a queue durable and of type {@code quorum}, unless
 * they say otherwise. A name from elsewhere belongs into {@link #quoted}:
 *
 * <pre>{@code
 * MqTopology.empty().queue(MqTopology.quoted(tenant) + " expires=86400000");
 * }</pre>
 *
 * <p>Immutable and thread-safe; each method returns a changed copy. The notation is read when the
 * topology is declared.
 *
 * @param exchanges the exchanges, separated by semicolons; empty for none
 * @param queues the queues, separated by semicolons; empty for none
 * @param bindings the bindings, separated by semicolons; empty for none
 */
public record MqTopology(String exchanges, String queues, String bindings) implements Serializable {

    private static final MqTopology EMPTY = new MqTopology("", "", "");

    /**
     * Takes everything as it is in the settings of a connection factory.
     *
     * @param exchanges the exchanges, not null
     * @param queues the queues, not null
     * @param bindings the bindings, not null
     */
    public MqTopology {
        Objects.requireNonNull(exchanges, "exchanges");
        Objects.requireNonNull(queues, "queues");
        Objects.requireNonNull(bindings, "bindings");
    }

    /**
     * Starts with nothing.
     *
     * @return a topology that declares nothing
     */
    public static MqTopology empty() {
        return EMPTY;
    }

    /**
     * Adds an exchange.
     *
     * @param entry its name, then options and arguments: {@code audit type=fanout durable=false};
     *     several are separated by semicolons
     * @return a changed copy
     */
    public MqTopology exchange(String entry) {
        return new MqTopology(joined(exchanges, entry), queues, bindings);
    }

    /**
     * Adds a queue.
     *
     * @param entry its name, then options and arguments: {@code audit max-length=1000}; several are
     *     separated by semicolons
     * @return a changed copy
     */
    public MqTopology queue(String entry) {
        return new MqTopology(exchanges, joined(queues, entry), bindings);
    }

    /**
     * Adds a binding, also of a queue or an exchange that is declared elsewhere.
     *
     * @param entry exchange, queue, routing keys: {@code shop -> orders: order.*, payment.#};
     *     several are separated by semicolons
     * @return a changed copy
     */
    public MqTopology binding(String entry) {
        return new MqTopology(exchanges, queues, joined(bindings, entry));
    }

    /**
     * Writes any text so that the notation takes it as one name, key or value.
     *
     * @param text any text
     * @return the text between apostrophes, with those in it doubled
     */
    public static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String joined(String before, String entry) {
        Objects.requireNonNull(entry, "entry");
        return before.isEmpty() ? entry : before + "; " + entry;
    }
}
