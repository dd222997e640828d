package io.leveret.it.servers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What goes wrong in the ledger run, and how often. */
enum ReceiveFault {
    BROKER_RESTART("broker restarted, killed and orderly in turn", 20),
    CUT("connections cut", 50),
    CHANNEL_CLOSE("channel closed by the broker", 10),
    CANCEL("consumer cancelled by the broker", 5),
    REDEPLOYMENT("application redeployed", 3),
    SERVER_KILL("server killed with -9 and started again", 2);

    private final String label;
    private final int times;

    ReceiveFault(String label, int times) {
        this.label = label;
        this.times = times;
    }

    /** How reports call it. */
    String label() {
        return label;
    }

    /**
     * All faults of a run in their order, each kind spread evenly.
     *
     * @param full whether each comes as often as in the long form, or once
     */
    static List<ReceiveFault> schedule(boolean full) {
        Map<ReceiveFault, Integer> counts = new EnumMap<>(ReceiveFault.class);
        for (ReceiveFault fault : values()) {
            counts.put(fault, full ? fault.times : 1);
        }
        return spread(counts);
    }

    private static List<ReceiveFault> spread(Map<ReceiveFault, Integer> counts) {
        record Place(double where, ReceiveFault fault) {}
        List<Place> places = new ArrayList<>();
        counts.forEach(
                (fault, count) -> {
                    for (int i = 0; i < count; i++) {
                        places.add(new Place((i + 0.5) / count, fault));
                    }
                });
        places.sort(Comparator.comparingDouble(Place::where).thenComparing(Place::fault));
        return places.stream().map(Place::fault).toList();
    }
}
