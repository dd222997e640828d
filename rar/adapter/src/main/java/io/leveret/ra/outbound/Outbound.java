package io.leveret.ra.outbound;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkRegistry;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.link.Threads;
import io.leveret.ra.observe.Events;
import io.leveret.ra.observe.Mbeans;
import io.leveret.ra.settings.AfterCommitBounds;
import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.LinkSettings;
import io.leveret.ra.settings.Setting;
import io.leveret.ra.settings.SettingsReader;
import io.leveret.ra.settings.Values;
import io.leveret.ra.tx.Transactions;
import java.lang.ref.Cleaner;
import java.time.Duration;

/** What all factories of one resource adapter instance share. Immutable and thread-safe. */
public final class Outbound {

    final LinkRegistry links;
    final Threads threads;
    final Events events;
    final Mbeans mbeans;
    final Transactions transactions;
    final Room room;
    final Retrier retrier;
    final Leaks leaks;
    final AsyncAnswers answers;
    final Repeats repeats;

    /**
     * Wires the room.
     *
     * @param links the physical connections
     * @param threads runs what must not run on the caller's thread
     * @param events hears of everything
     * @param mbeans shows the factories in JMX
     * @param transactions the thread's JTA transaction
     * @param afterCommit how much may wait for a commit or, after it, for the broker
     */
    public Outbound(
            LinkRegistry links,
            Threads threads,
            Events events,
            Mbeans mbeans,
            Transactions transactions,
            AfterCommitBounds afterCommit) {
        this.links = links;
        this.threads = threads;
        this.events = events;
        this.mbeans = mbeans;
        this.transactions = transactions;
        this.room = new Room(afterCommit);
        this.retrier = new Retrier(links, threads, events, room);
        this.leaks = new Leaks(threads, events);
        this.answers = new AsyncAnswers(threads);
        this.repeats = new Repeats(threads);
    }

    /**
     * Makes a way to publish for the adapter itself. Does no I/O.
     *
     * @param broker which broker, and as whom
     * @param link how to connect
     * @return the publisher, to be closed by whoever asked for it
     * @throws LinkUnavailableException when the adapter has stopped
     */
    public OwnPublisher publisher(BrokerSettings broker, LinkSettings link)
            throws LinkUnavailableException {
        LinkKey key = new LinkKey(LinkKey.Purpose.PUBLISH, broker, link);
        return new OwnPublisher(this, links.acquire(key));
    }

    /**
     * Ends the background work: waits for it and reports what it could not publish, and which
     * connection handles were never closed.
     *
     * @param deadline when to be back
     */
    public void close(Deadline deadline) {
        retrier.close(deadline);
        repeats.close(deadline); // before the answers: some of them are theirs
        answers.close(deadline);
        leaks.close();
    }

    /**
     * The room of a factory that is used without a server. Nothing tells such a factory that it is
     * not needed any more; so the room ends when the factory is unreachable, which it is not as
     * long as an application holds it, a publisher or a handle. In a process that ends before, all
     * threads are daemons.
     */
    static final class Unmanaged {

        /** Made for the first such factory only; its thread is the JDK's own. */
        private static final Cleaner ENDS = Cleaner.create();

        private static final String NAME = "leveret-unmanaged";
        private static final Duration CLOSE = Duration.ofSeconds(5);

        private final Outbound outbound;

        private Unmanaged() {
            Threads threads = new Threads(NAME);
            Events events = new Events(NAME, threads);
            Mbeans mbeans = new Mbeans(NAME, events);
            int maxConnections = Integer.parseInt(Setting.MAX_CONNECTIONS.builtIn());
            this.outbound =
                    new Outbound(
                            new LinkRegistry(NAME, maxConnections, threads, events, mbeans),
                            threads,
                            events,
                            mbeans,
                            new Transactions(null),
                            new SettingsReader(new Values()).afterCommit());
        }

        /** Opens the room of a factory, which must not be reachable from it. */
        static Outbound openFor(MqManagedConnectionFactory factory) {
            Unmanaged room = new Unmanaged();
            ENDS.register(factory, room::close);
            return room.outbound;
        }

        private void close() {
            outbound.close(Deadline.in(CLOSE));
            outbound.links.close();
            outbound.mbeans.close();
            outbound.events.close(CLOSE);
            outbound.threads.close(Deadline.in(CLOSE));
        }
    }

    /** Where a factory finds the room: the resource adapter implements it. */
    public interface Host {

        /**
         * Gives the room.
         *
         * @return the room, or null while the resource adapter is not started
         */
        Outbound outbound();
    }
}
