package io.leveret.ra.outbound;

import io.leveret.ra.settings.AfterCommitBounds;
import java.util.Collection;

/**
 * Room for publishes that wait for a commit or, after it, for the broker. It is taken when one
 * enlists, so that a commit never produces more than can be held. Thread-safe.
 */
final class Room {

    private final AfterCommitBounds most;
    private int messages;
    private long bytes;

    Room(AfterCommitBounds most) {
        this.most = most;
    }

    /** Takes room for one, if there is any; given back by {@link #free}. */
    synchronized boolean take(Publication p) {
        long size = p.body().length;
        if (messages >= most.messages() || size > most.bytes() - bytes) {
            return false;
        }
        messages++;
        bytes += size;
        return true;
    }

    /** Takes room for what is committed already and cannot be refused any more. */
    synchronized void takeAll(Collection<Publication> all) {
        messages += all.size();
        bytes += bytes(all);
    }

    synchronized void free(Collection<Publication> all) {
        messages -= all.size();
        bytes -= bytes(all);
    }

    private static long bytes(Collection<Publication> all) {
        return all.stream().mapToLong(p -> p.body().length).sum();
    }

    /** Says why there is none. */
    synchronized String whyFull() {
        return messages
                + " publishes with "
                + bytes
                + " bytes wait for a commit or for the broker, and there is room for"
                + " afterCommitMessages="
                + most.messages()
                + " with afterCommitBytes="
                + most.bytes();
    }
}
