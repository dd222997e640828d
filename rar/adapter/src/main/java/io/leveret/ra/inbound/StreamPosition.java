package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.settings.StreamOffset;
import io.leveret.ra.settings.StreamOffset.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Where an activation is in its stream. The broker does not keep that, takes nothing back, and
 * marks nothing as delivered again: this does all three, for as long as the activation lives, over
 * any number of subscriptions and sessions.
 *
 * <pre>{@code
 *             consumes             begins             argument
 * BEGINNING -----------> WAITING ---------> KNOWN <------------> RESUMING
 *     ^                     |                 |       begins        |
 *     +-------gone: at the first message------+---------------------+
 *
 * a message:  (not begun) --begins--> OPEN --done--> DONE: never begun again
 *                                      |  ^
 *                                      |  +--begins, on the next subscription: marked as delivered
 *                                      |     again, if a listener had it
 *                                      +--begins of a later one that the broker has instead: lost
 * }</pre>
 *
 * <p>BEGINNING consumes from where the settings say. WAITING has a consumer and no message yet: the
 * next subscription goes back by the time that has passed since, because "next" would leave out
 * what came meanwhile. The broker reckons that by its own clock, so ours need not agree with it.
 * OFFSET begins as KNOWN: all before that message counts as done. RESUMING asks for the oldest OPEN
 * message, or for the last one that is DONE: one that was there, so that it is seen when it is not
 * there any more. Numbers alone do not tell: some belong to no message, because the broker writes
 * to the stream too (StreamFactsTest).
 *
 * <p>Failure cases: messages end out of order (one that is being parked stays OPEN while later ones
 * are DONE: a new subscription begins with it, and leaves those out); the channel is lost after the
 * work and before the acknowledgement (DONE all the same: nothing waits for the broker here); a
 * message ends while it waits in the next subscription already (left out); what is wanted is gone
 * by retention (goes on at the oldest, one WARNING with the gap); the stream was deleted (the next
 * one begins at its first message; unnoticed when somebody made it anew before we looked, and then
 * nothing comes until it is as long as the old one was); a message without an offset, because no
 * client can read its headers (counts as the one behind the last, from the second message on).
 *
 * <p>One subscription at a time has it: the session sees to that. Thread-safe.
 */
final class StreamPosition {

    private final ActivationReport report;
    private final Duration margin;

    /** Begun and not done; true when a listener had it. */
    private final NavigableMap<Long, Boolean> open = new TreeMap<>();

    private StreamOffset start;
    private boolean known;
    private long last;
    private boolean resuming;
    private boolean consumed;
    private long asked;

    /**
     * Creates a position at its beginning.
     *
     * @param margin the longest time that a subscribe takes to reach the broker
     */
    StreamPosition(StreamOffset start, ActivationReport report, Duration margin) {
        this.start = start;
        this.report = report;
        this.margin = margin;
        if (start.kind() == Kind.OFFSET) {
            known = true;
            last = start.value() - 1;
        }
    }

    // --- subscribing ---

    /** Gives where the next subscription is to begin, as the broker takes it. */
    synchronized Object argument() {
        if (known) {
            resuming = true;
            return Math.max(0, open.isEmpty() ? last : open.firstKey());
        }
        long now = System.nanoTime();
        if (!consumed) {
            asked = now;
        }
        long passed = consumed ? Duration.ofNanos(now - asked).plus(margin).toSeconds() + 1 : 0;
        return switch (start.kind()) {
            case FIRST -> "first";
            case TIMESTAMP -> Date.from(Instant.ofEpochSecond(start.value()));
            case INTERVAL -> start.value() + passed + "s";
            default -> consumed ? passed + "s" : start.kind() == Kind.LAST ? "last" : "next";
        };
    }

    /** The broker has taken it. */
    synchronized void consumes() {
        consumed = true;
    }

    /** Whether there was a subscription: the stream was there. */
    synchronized boolean hasConsumed() {
        return consumed;
    }

    /** The stream does not exist any more; does nothing when that is known. */
    void gone() {
        synchronized (this) {
            if (!consumed) {
                return;
            }
            start = new StreamOffset(Kind.FIRST, 0);
            known = false;
            resuming = false;
            consumed = false;
            open.clear();
        }
        report.say(
                MqEvent.Severity.WARNING,
                "has lost its stream, which was deleted: begins at the first message of the next",
                null);
    }

    // --- messages, in the order in which they come ---

    /**
     * A message is next.
     *
     * @return false when it is done already, or before the beginning
     */
    boolean begins(Delivery delivery) {
        String gap = null;
        Boolean before;
        synchronized (this) {
            if (delivery.offset() < 0) {
                if (!known) {
                    return true;
                }
                delivery.at(last + 1);
            }
            long offset = delivery.offset();
            if (resuming) {
                resuming = false;
                gap = gap(offset);
            }
            before = open.get(offset);
            if (known && offset <= last && before == null) {
                return false;
            }
            open.putIfAbsent(offset, false);
            last = known ? Math.max(last, offset) : offset;
            known = true;
        }
        if (gap != null) {
            report.say(MqEvent.Severity.WARNING, gap, null);
        }
        if (Boolean.TRUE.equals(before)) {
            delivery.repeat();
        }
        return true;
    }

    /** Under the monitor; null when there is none. */
    private String gap(long first) {
        long wanted = open.isEmpty() ? last + 1 : open.firstKey();
        if (first <= wanted) {
            return null;
        }
        open.headMap(first).clear();
        return "misses what its stream does not have any more (max-age, max-length-bytes): it wanted"
                + " to go on at offset "
                + wanted
                + ", and the oldest is "
                + first
                + ", up to "
                + (first - wanted)
                + " message(s) later";
    }

    /** A listener gets it. */
    synchronized void touched(Delivery delivery) {
        open.computeIfPresent(delivery.offset(), (offset, before) -> true);
    }

    /** All is done with it, on whichever subscription it came. */
    synchronized void done(Delivery delivery) {
        open.remove(delivery.offset());
    }
}
