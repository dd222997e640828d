package io.leveret.ra.link;

import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.LinkSettings;
import java.util.Locale;
import java.util.Objects;

/**
 * What makes two users of a broker share their physical connections. Publishing and consuming never
 * share one: a broker that blocks publishers must not stop acknowledgements.
 *
 * @param purpose what the connections are for
 * @param broker which broker, and as whom
 * @param settings how they are made and kept
 */
public record LinkKey(Purpose purpose, BrokerSettings broker, LinkSettings settings) {

    /** What a connection is for. */
    public enum Purpose {
        /** Publishing. */
        PUBLISH,
        /** Consuming. */
        CONSUME,
        /** Declaring what may cost the connection. */
        DECLARE,
        /**
         * What applications ask for by themselves: single messages, and to declare. Apart from
         * CONSUME, because some of it may cost the connection, and from PUBLISH, because a broker
         * that blocks publishers would not hear it.
         */
        ASK
    }

    /** Of what tells apart most of them: each publish looks one up. */
    @Override
    public int hashCode() {
        return Objects.hash(purpose, broker.userName(), broker.virtualHost());
    }

    /** Shows what may be shown: no password. */
    @Override
    public String toString() {
        return purpose.name().toLowerCase(Locale.ROOT)
                + " "
                + broker.userName()
                + "@"
                + broker.addresses()
                + broker.virtualHost();
    }
}
