package io.leveret.it.servers;

import io.leveret.it.ledger.Ledger;
import io.leveret.it.ledger.LedgerEvent;
import io.leveret.it.ledger.LedgerFollower;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.ledger.Outcome;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * The way of messages to one listener: its queue, the ledger of who publishes, the ledger of the
 * listener, and how far both are. Messages are numbered from 0. Thread-safe.
 */
final class Route implements Closeable {

    private final String name;
    private final Path folder;
    private final LedgerLog log;
    private final LedgerFollower listener;
    private final BitSet confirmed = new BitSet();
    private final BitSet processed = new BitSet();
    private int attempted;
    private int undecided;
    private int hold;

    /** Creates a route to {@code receive.NAME}, the queue of the listener of that name. */
    Route(String name, Path folder) throws IOException {
        this.name = name;
        this.folder = folder;
        this.log = LedgerLog.open(folder.resolve(name + ".published.ledger"));
        this.listener = new LedgerFollower(received());
    }

    /** A message that is to be published; {@code holdMillis} is 0 for almost all. */
    record Next(Route route, int number, int holdMillis) {

        String id() {
            return route.name + "-" + number;
        }

        void ended(Outcome outcome) {
            route.ended(this, outcome);
        }
    }

    String name() {
        return name;
    }

    String queue() {
        return "receive." + name;
    }

    /** Whether a message of this id was published here. */
    boolean owns(String id) {
        return id.startsWith(name + "-");
    }

    /** The ledger that the listener writes. */
    Path received() {
        return folder.resolve(name + ".ledger");
    }

    /** Everything that was written about the messages of this route, and about the faults. */
    Ledger ledger(Path faults) throws IOException {
        return Ledger.read(folder.resolve(name + ".published.ledger"), received(), faults);
    }

    /** The next message; that it is published is in the ledger from now on. */
    synchronized Next next() {
        Next next = new Next(this, attempted++, hold);
        hold = 0;
        undecided++;
        log.attempt(next.id());
        return next;
    }

    /** Has the listener hold the message that is published next. */
    synchronized void holdNext(int millis) {
        hold = millis;
    }

    private synchronized void ended(Next next, Outcome outcome) {
        log.outcome(next.id(), outcome);
        undecided--;
        if (outcome == Outcome.CONFIRMED) {
            confirmed.set(next.number());
        }
    }

    /** Reads on in the listener's ledger. */
    synchronized void look() throws IOException {
        listener.read(
                event -> {
                    if (event instanceof LedgerEvent.DeliveryEnded e && e.ok()) {
                        processed.set(
                                Integer.parseInt(e.id().substring(e.id().lastIndexOf('-') + 1)));
                    }
                });
    }

    /** Whether so many messages are confirmed. */
    synchronized boolean has(int messages) {
        return confirmed.cardinality() >= messages;
    }

    /**
     * Whether another message may be published now; one that is to be held may always.
     *
     * @param messages how many are to be confirmed in the end
     * @param lead how many may be ahead of the listener
     */
    synchronized boolean wants(int messages, int lead) {
        return hold > 0
                || confirmed.cardinality() + undecided < messages
                        && open().cardinality() + undecided < lead;
    }

    /** Messages that the listener has worked on at least once. */
    synchronized int processed() {
        return processed.cardinality();
    }

    /** Messages that are confirmed and not worked on yet. */
    synchronized BitSet open() {
        return left(confirmed);
    }

    /** Those of some messages that the listener has not worked on yet. */
    synchronized BitSet left(BitSet some) {
        BitSet left = (BitSet) some.clone();
        left.andNot(processed);
        return left;
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
