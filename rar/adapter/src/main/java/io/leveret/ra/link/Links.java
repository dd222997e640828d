package io.leveret.ra.link;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The links of one group, and what can be asked about them all. It starts nothing and waits for
 * nothing; answers hold for the moment only. A {@code Boolean} answer is one for {@link
 * LinkChanges}: true, it has come; false, it will not come; null, a change may bring it.
 *
 * <p>Thread-safe.
 */
final class Links {

    /** More channels than a connection can have. */
    private static final int MORE_THAN_ANY = 1 << 16;

    private final List<Link> all = new CopyOnWriteArrayList<>();

    void add(Link link) {
        all.add(link);
    }

    int size() {
        return all.size();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    void forEach(Consumer<Link> action) {
        all.forEach(action);
    }

    // --- room for channels ---

    private Link leastLoaded(boolean own) {
        Link best = null;
        int least = Integer.MAX_VALUE;
        for (Link link : all) {
            OpenConnection connection = link.current();
            if (connection == null || !connection.hasRoom(own)) {
                continue;
            }
            // A link whose broker does not read counts as fuller than all that are written to.
            boolean open = connection.gate.state() == WriteGate.State.OPEN;
            int load = connection.channels() + (open ? 0 : MORE_THAN_ANY);
            if (load < least) {
                best = link;
                least = load;
            }
        }
        return best;
    }

    /** A place that was reserved for a channel. */
    record Place(Link link, OpenConnection connection) {}

    /**
     * Reserves a place on the least loaded link; callers that come together do not take the same
     * link for that.
     *
     * @return null when no link that is up has room
     */
    synchronized Place reserve(boolean own) {
        Link best;
        while ((best = leastLoaded(own)) != null) {
            OpenConnection connection = best.current();
            if (connection == null || !connection.reserve(own)) {
                continue;
            }
            if (!connection.isLeaving()) {
                return new Place(best, connection);
            }
            connection.unreserve(own);
        }
        return null;
    }

    /** Whether waiting cannot help: every link is up, and none has room. */
    boolean isFull(boolean own) {
        // One look at each: a link that comes up between two looks would count as full.
        return all.stream()
                .map(Link::current)
                .allMatch(connection -> connection != null && !connection.hasRoom(own));
    }

    /**
     * Whether there is room.
     *
     * @param patient whether a link that backs off is one to wait for
     */
    Boolean room(boolean own, boolean patient) {
        boolean hope = false;
        for (Link link : all) {
            LinkState state = link.state(); // first: what it becomes then, is seen below
            OpenConnection connection = link.current();
            if (connection != null && connection.hasRoom(own)) {
                return true;
            }
            hope |=
                    state == LinkState.NEW // another caller is starting it
                            || state == LinkState.CONNECTING
                            || patient && connection == null && link.state().mayComeBack();
        }
        return hope ? null : false;
    }

    /** Whether every link that is up has a channel. */
    boolean isEachUsed() {
        return all.stream()
                .map(Link::current)
                .allMatch(connection -> connection != null && connection.used() > 0);
    }

    /** Whether no link is in its very first attempt. */
    Boolean started() {
        return all.stream().noneMatch(Link::isStarting) ? true : null;
    }

    /** Spreads channels over the links again: the fullest ones ask some of their users to move. */
    void balance() {
        List<OpenConnection> up = all.stream().map(Link::current).filter(Objects::nonNull).toList();
        int channels = up.stream().mapToInt(OpenConnection::staying).sum();
        for (OpenConnection connection : up) {
            int fair = (channels + up.size() - 1) / up.size();
            connection.leaveSome(connection.staying() - fair);
        }
    }

    // --- publishing ---

    /** Whether a publish may be tried: a link is up and its gate open, or none was asked for. */
    Boolean ready() {
        if (all.isEmpty()) {
            return true;
        }
        boolean hope = false;
        for (Link link : all) {
            OpenConnection connection = link.current();
            if (connection != null && connection.gate.state() == WriteGate.State.OPEN) {
                return true;
            }
            hope |= connection != null || link.state().mayComeBack();
        }
        return hope ? null : false;
    }

    /** Gives a connection that is up, or null. */
    OpenConnection anyUp() {
        return all.stream().map(Link::current).filter(Objects::nonNull).findFirst().orElse(null);
    }

    /**
     * Speaks for the link that is nearest to coming back.
     *
     * @return null when there is no link
     */
    Link spokesman() {
        Link spokesman = null;
        for (Link link : all) {
            if (spokesman == null
                    || !spokesman.state().mayComeBack() && link.state().mayComeBack()) {
                spokesman = link;
            }
        }
        return spokesman;
    }
}
