package io.leveret.ra.outbound;

import io.leveret.ra.link.LinkKey;
import java.time.Duration;
import java.util.Objects;

/**
 * Guesses who a publisher's next lease will be for. Only the container knows, and tells it with the
 * lease; but each lease that fails while the links are down costs a place in the pool, and servers
 * log it with a stack trace. So publishers wait for the links of the one user who has signed on
 * here, if it was always the same.
 *
 * <pre>{@code
 * NOBODY --lease--> ONE --lease of another user--> SEVERAL (each lease tells for itself)
 *   ^                |
 *   +--refused------ +
 * }</pre>
 *
 * <p>Failure cases: the one user is down for a reason of his own while another one comes for the
 * first time (somebody asks the container all the same, once in {@link #ASK}); the broker refuses
 * the one user (the guess is dropped: nobody else waits for him); his password changes (the guess
 * follows). Thread-safe.
 */
final class UsualUser {

    /** How long after the last lease somebody takes one although the guess says it fails. */
    static final Duration ASK = Duration.ofSeconds(10);

    private volatile LinkKey one;
    private volatile boolean several;
    private volatile long asked = System.nanoTime();

    /** A lease was for these links, whether it succeeded or they were down. */
    void is(LinkKey links) {
        asked = System.nanoTime();
        if (links != one) {
            isAnother(links);
        }
    }

    private synchronized void isAnother(LinkKey links) {
        several |=
                one != null && !Objects.equals(one.broker().userName(), links.broker().userName());
        one = links;
    }

    /** The broker refuses the user of these links. */
    synchronized void isRefused(LinkKey links) {
        if (links.equals(one)) {
            one = null;
        }
    }

    /** The links to wait for, or null when the container has to be asked. */
    LinkKey links() {
        return several ? null : one;
    }

    /** Whether it is time to ask the container again; true for one caller only. */
    synchronized boolean mayAsk() {
        long now = System.nanoTime();
        if (now - asked < ASK.toNanos()) {
            return false;
        }
        asked = now;
        return true;
    }
}
