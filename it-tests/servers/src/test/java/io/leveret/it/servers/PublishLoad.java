package io.leveret.it.servers;

import io.leveret.MqOutcome;
import io.leveret.it.servers.publish.Destination;
import java.util.ArrayList;
import java.util.List;

/** The load in the server as the test sees it, over several lives of the server. */
final class PublishLoad {

    private final WildFlyProcess server;
    private final int pauseMillis;
    private int lives;
    private long before;
    private Counts last;

    /** What one life of the server has come to so far. */
    record Counts(String text) {

        private List<String> values(String name) {
            return text.lines()
                    .filter(line -> line.startsWith(name + "="))
                    .map(line -> line.substring(name.length() + 1))
                    .toList();
        }

        private long number(String name) {
            return Long.parseLong(values(name).get(0));
        }

        long attempted() {
            return number("ATTEMPTED");
        }

        /** Publishes outside of transactions, by how they ended. */
        long ended(MqOutcome outcome) {
            return number(outcome.name());
        }

        List<Long> confirmed() {
            List<Long> all = new ArrayList<>();
            for (Destination destination : Destination.values()) {
                all.add(number("AT_" + destination));
            }
            return all;
        }

        /** Messages of committed transactions that the adapter goes on with. */
        long waiting() {
            return number("WAITING");
        }

        /** When the oldest call has begun that still runs, in microseconds since the epoch. */
        long oldestCall() {
            return number("OLDEST_CALL");
        }

        /** What the API does not speak of. */
        List<String> strange() {
            return values("STRANGE");
        }
    }

    /**
     * Sees it; it does not run yet.
     *
     * @param pauseMillis what each thread pauses beyond what is allowed
     */
    PublishLoad(WildFlyProcess server, int pauseMillis) {
        this.server = server;
        this.pauseMillis = pauseMillis;
    }

    private Control control() {
        return server.control(PublishApplication.ROOT);
    }

    /** Starts it, in a server that has just started. */
    void start() {
        if (last != null) {
            before += last.attempted();
        }
        control().call("POST", "load", "life", "" + lives++, "pause", "" + pauseMillis);
    }

    /** How many lives of the server there were; each has a ledger of its own. */
    int lives() {
        return lives;
    }

    /** Lets all lives together go as fast as they can up to so many messages. */
    void allow(long messages) {
        control().call("PUT", "load", "messages", "" + (messages - before));
    }

    Counts counts() {
        last = new Counts(control().call("GET", "load"));
        return last;
    }

    /** Messages of all lives; of one that was killed, those that were counted. */
    long attempted() {
        return before + counts().attempted();
    }

    String publishBeside(String exchange, String key) {
        return control().call("POST", "load/beside", "exchange", exchange, "key", key);
    }

    /** Ends it; gives how many of its threads do not end. */
    int stop() {
        return Integer.parseInt(control().call("DELETE", "load"));
    }
}
