package io.leveret.it.bench;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is measured once in every round.
 *
 * @param queueType null when there is no broker in it
 */
record Case(Side side, Mode mode, String queueType) {

    static final List<String> QUEUE_TYPES = List.of("classic", "quorum");

    /** Who delivers. */
    enum Side {
        BARE("bare client"),
        LEVERET("Leveret MDB"),
        CONTAINER("no-op adapter MDB");

        private final String text;

        Side(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    static Case of(Side side, Mode mode, String queueType) {
        return new Case(side, mode, side == Side.CONTAINER ? null : queueType);
    }

    /** All cases, those next to each other that are compared. */
    static List<Case> all() {
        Set<Case> all = new LinkedHashSet<>();
        for (String type : QUEUE_TYPES) {
            for (Mode mode : Mode.values()) {
                for (Side side : Side.values()) {
                    all.add(of(side, mode, type));
                }
            }
        }
        return List.copyOf(all);
    }

    @Override
    public String toString() {
        return side.text() + ", " + mode.text() + (queueType == null ? "" : ", " + queueType);
    }
}
