package io.leveret.it.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** All that is known about one message. Not thread-safe. */
final class MessageTrail {

    /** How far the work for a delivery came. */
    enum Work {
        OK,
        FAILED,
        UNFINISHED,
        HELD
    }

    /** One sighting of the message: a delivery, or a copy that a queue held at the end. */
    static final class Sighting {
        private final long time;
        private final String token;
        private final boolean redelivered;
        private final boolean possibleDuplicate;
        private Work work;

        Sighting(
                long time,
                String token,
                boolean redelivered,
                boolean possibleDuplicate,
                Work work) {
            this.time = time;
            this.token = token;
            this.redelivered = redelivered;
            this.possibleDuplicate = possibleDuplicate;
            this.work = work;
        }

        long time() {
            return time;
        }

        Work work() {
            return work;
        }

        boolean redelivered() {
            return redelivered;
        }

        boolean possibleDuplicate() {
            return possibleDuplicate;
        }
    }

    private final Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
    private final List<Sighting> sightings = new ArrayList<>(1);
    private int attempts;
    private int ended;
    private boolean committed;
    private boolean rolledBack;

    void attemptBegun() {
        attempts++;
    }

    void attemptEnded(Outcome outcome) {
        ended++;
        outcomes.add(outcome);
    }

    void transactionEnded(boolean commit) {
        committed |= commit;
        rolledBack |= !commit;
    }

    void seen(Sighting sighting) {
        sightings.add(sighting);
    }

    void processed(String token, boolean ok) {
        for (Sighting sighting : sightings) {
            if (sighting.token.equals(token)) {
                sighting.work = ok ? Work.OK : Work.FAILED;
            }
        }
    }

    int attempts() {
        return attempts;
    }

    boolean published() {
        return attempts > 0 || ended > 0;
    }

    boolean committed() {
        return committed;
    }

    /** Rolled back, and not committed by a later attempt. */
    boolean rolledBackForGood() {
        return rolledBack && !committed;
    }

    boolean unfinished() {
        return attempts > ended;
    }

    boolean had(Outcome outcome) {
        return outcomes.contains(outcome);
    }

    /** Whether some attempt may have reached the broker without a confirm. */
    boolean ambiguous() {
        return had(Outcome.UNKNOWN) || had(Outcome.NACKED) || unfinished();
    }

    int count(Work work) {
        return (int) sightings.stream().filter(s -> s.work == work).count();
    }

    boolean seen() {
        return !sightings.isEmpty();
    }

    int deliveries() {
        return sightings.size() - count(Work.HELD);
    }

    /** Sightings that are no mere failure, oldest first; copies in queues come last. */
    List<Sighting> workedOn() {
        return sightings.stream()
                .filter(s -> s.work != Work.FAILED)
                .sorted(Comparator.comparingLong(Sighting::time))
                .toList();
    }

    /** Whether some copy of the message carries the publisher's mark. */
    boolean carriesMark() {
        return sightings.stream().anyMatch(Sighting::possibleDuplicate);
    }
}
