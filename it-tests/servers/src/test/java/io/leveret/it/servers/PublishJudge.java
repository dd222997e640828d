package io.leveret.it.servers;

import io.leveret.it.ledger.Outcome;
import io.leveret.it.servers.publish.Frame;
import io.leveret.it.servers.publish.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Says of each message whether the queue holds what it must. One thread at a time.
 *
 * <p>Outside a transaction, and where a transaction is ignored, what the application was told
 * binds: CONFIRMED is in the queue once, UNKNOWN once or not at all, everything else is not there,
 * because each route has one queue. None of it is ever published again.
 *
 * <p>In a transaction its end binds: rolled back is not there; committed is there. It may be there
 * more than once where a fault made the adapter repeat it, and then all copies but one carry the
 * mark. Committed may be missing for two reasons: the server was killed before it was published,
 * which only its last commits can claim; or its route was missing, and the adapter has reported so
 * and parked it. Nothing else is parked.
 *
 * <p>Where the connection is a resource of the transaction (LOCAL), committed is there once and
 * without a mark. A transaction that did commit as far as the application is concerned, and that
 * the broker's answers made roll back, may have left its messages there, once.
 */
final class PublishJudge {

    /** How long a commit may take to publish, after which others see to it. */
    private static final long COMMIT_MICROS = 2_000_000;

    private final List<Window> faults = new ArrayList<>();
    private final List<Window> kills = new ArrayList<>();
    private final Set<String> undeliverable;
    private final List<String> killed = new ArrayList<>();
    private final List<String> unprovoked = new ArrayList<>();
    private long warm = Long.MAX_VALUE;
    private int givenBack;
    private int repeated;

    /** When something was broken, microseconds since the epoch. */
    private record Window(PublishFault fault, long begin, long end) {

        boolean overlaps(long from, long to) {
            return begin <= to && from <= end;
        }
    }

    /**
     * Creates a judge that knows of no faults.
     *
     * @param undeliverable messages of committed transactions that the adapter has reported
     */
    PublishJudge(Set<String> undeliverable) {
        this.undeliverable = undeliverable;
    }

    /**
     * Something was broken, until all was as before; in their order.
     *
     * @param begin microseconds since the epoch, as in ledgers
     * @param end the same
     */
    void fault(PublishFault fault, long begin, long end) {
        Window window = new Window(fault, begin, end);
        faults.add(window);
        if (fault == PublishFault.SERVER_KILL) {
            kills.add(window);
        }
    }

    /** Until then everything was new to everybody, and may have taken longer than is usual. */
    void warm(long time) {
        warm = time;
    }

    /** Messages of transactions that carry the mark although nothing was broken. */
    List<String> unprovoked() {
        return unprovoked;
    }

    /** Messages that were committed and never published, because the server was killed. */
    List<String> killed() {
        return killed;
    }

    /** Messages that were committed and that no queue took. */
    int givenBack() {
        return givenBack;
    }

    /** Messages that are there more than once, with a reason and the mark. */
    int repeated() {
        return repeated;
    }

    /** Says what is wrong with a message; null when nothing is. */
    String reproach(Ticket ticket, PublishTrail trail) {
        if (trail.begun() == 0) {
            return "nobody has published it";
        }
        if (trail.contradictory()) {
            return "it has ended twice";
        }
        if (trail.row() && !mayHaveRow(ticket.frame(), trail)) {
            return "there is a row of it";
        }
        if (trail.parked() > 0 && !mayBeParked(ticket, trail)) {
            return "it is parked";
        }
        if (!ticket.frame().joins()) {
            return outside(ticket, trail);
        }
        if (ticket.frame().local()) {
            return local(ticket, trail);
        }
        return ticket.frame().commits() ? inTransaction(ticket, trail) : rolledBack(ticket, trail);
    }

    private String outside(Ticket ticket, PublishTrail trail) {
        if (trail.marked() > 0) {
            return "it is marked, and was published once";
        }
        if (trail.outcome() == null) {
            return cutOff(ticket) == null ? "it has never ended" : atMostOnce(trail);
        }
        return asTold(trail);
    }

    private static String asTold(PublishTrail trail) {
        return switch (trail.outcome()) {
            case CONFIRMED -> trail.copies() == 1 ? null : "it is there " + times(trail);
            case UNKNOWN -> atMostOnce(trail);
            case RETURNED, NACKED, NOT_SENT -> absent(trail);
        };
    }

    private static boolean mayHaveRow(Frame frame, PublishTrail trail) {
        return frame.row() && frame.commits() && !Boolean.FALSE.equals(trail.committed());
    }

    private boolean mayBeParked(Ticket ticket, PublishTrail trail) {
        return ticket.frame().joins()
                && !ticket.frame().local()
                && undeliverable.contains(ticket.id())
                && trail.parkedUnmarked() <= 1;
    }

    private String local(Ticket ticket, PublishTrail trail) {
        if (trail.marked() > 0) {
            return "it is marked, and was published once";
        }
        if (!ticket.frame().commits()) {
            return rolledBack(ticket, trail);
        }
        if (trail.refused() && trail.outcome() == Outcome.NOT_SENT) {
            return absent(trail);
        }
        if (trail.committed() == null) {
            return cutOff(ticket) == null ? "its transaction has never ended" : atMostOnce(trail);
        }
        if (!trail.committed()) {
            return trail.outcome() == null ? atMostOnce(trail) : asTold(trail);
        }
        if (ticket.frame().row() && !trail.row()) {
            return "committed without its row";
        }
        return trail.copies() == 1 ? null : "committed, and there " + times(trail);
    }

    private String rolledBack(Ticket ticket, PublishTrail trail) {
        if (trail.committed() == null && cutOff(ticket) == null) {
            return "its transaction has never ended";
        }
        return Boolean.TRUE.equals(trail.committed()) ? "it has committed" : neverSent(trail);
    }

    private static String neverSent(PublishTrail trail) {
        return trail.outcome() == null || trail.outcome() == Outcome.NOT_SENT
                ? absent(trail)
                : "rolled back, and told " + trail.outcome();
    }

    private String inTransaction(Ticket ticket, PublishTrail trail) {
        if (trail.refused() && trail.outcome() == Outcome.NOT_SENT) {
            return absent(trail);
        }
        Boolean committed = trail.committed();
        if (committed == null) {
            return withoutEnd(ticket, trail);
        }
        if (!committed) {
            return neverSent(trail);
        }
        if (ticket.frame().row() && !trail.row()) {
            return "committed without its row";
        }
        return trail.copies() == 0 ? missing(ticket, trail) : present(ticket, trail);
    }

    /** Only a kill can keep the end of a transaction out of the ledger. Its row may tell it. */
    private String withoutEnd(Ticket ticket, PublishTrail trail) {
        if (cutOff(ticket) == null) {
            return "its transaction has never ended";
        }
        if (trail.row() && trail.copies() == 0) {
            killed.add(ticket.id());
        }
        return trail.row() || !ticket.frame().row() ? severalTimes(trail) : absent(trail);
    }

    private String missing(Ticket ticket, PublishTrail trail) {
        boolean reported = undeliverable.contains(ticket.id());
        boolean told = trail.outcome() == null || trail.outcome() == Outcome.RETURNED;
        if (reported && told && !ticket.destination().exchange().isEmpty()) {
            givenBack++;
            if (trail.parked() == 0) {
                return "given back, and not parked";
            }
            return misrouted(trail) ? null : "given back, and its route was there";
        }
        Window kill = cutOff(ticket);
        if (kill != null && trail.ended() >= kill.begin() - COMMIT_MICROS) {
            killed.add(ticket.id());
            return null;
        }
        return "committed, and not there (" + trail.outcome() + ")";
    }

    private String present(Ticket ticket, PublishTrail trail) {
        if (trail.outcome() != null
                && trail.outcome() != Outcome.CONFIRMED
                && trail.outcome() != Outcome.UNKNOWN) {
            return "committed, told " + trail.outcome() + ", and there " + times(trail);
        }
        if (trail.marked() > 0 && !disturbed(trail)) {
            unprovoked.add(ticket.id());
        }
        return severalTimes(trail);
    }

    private String severalTimes(PublishTrail trail) {
        if (trail.copies() - trail.marked() > 1) {
            return "there " + times(trail) + ", " + trail.marked() + " of them marked";
        }
        repeated += trail.copies() > 1 ? 1 : 0;
        return null;
    }

    private static String atMostOnce(PublishTrail trail) {
        return trail.copies() > 1 ? "it is there " + times(trail) : null;
    }

    private static String absent(PublishTrail trail) {
        return trail.copies() == 0
                ? null
                : "it is there "
                        + times(trail)
                        + ", told "
                        + trail.outcome()
                        + ", committed "
                        + trail.committed();
    }

    private static String times(PublishTrail trail) {
        return trail.copies() + " times";
    }

    private boolean disturbed(PublishTrail trail) {
        return trail.begun() < warm
                || faults.stream()
                        .anyMatch(f -> f.overlaps(trail.begun(), trail.ended() + COMMIT_MICROS));
    }

    private boolean misrouted(PublishTrail trail) {
        return faults.stream()
                .filter(window -> window.fault().misroutes())
                .anyMatch(f -> f.overlaps(trail.begun(), trail.ended() + COMMIT_MICROS));
    }

    /** The kill that ended the life of the server in which a message was published; or null. */
    private Window cutOff(Ticket ticket) {
        int life = ticket.life();
        return life < kills.size() ? kills.get(life) : null;
    }
}
