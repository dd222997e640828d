package io.leveret.it.servers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What goes wrong in the ledger run of publishing, and how often. */
enum PublishFault {
    BROKER_KILL("broker killed with -9 and restarted", 4),
    BROKER_FREEZE("broker frozen", 2),
    CUT("connections cut", 5),
    FORCE_CLOSE("connections closed by the broker", 3),
    BLOCKED("memory alarm", 3),
    STALL("network stalls, in each direction in turn", 3),
    QUEUE_FULL("queue full, reject-publish", 3),
    ROUTE_MISSING("binding removed and put back", 2),
    EXCHANGE_DELETED("exchange deleted and declared again", 2),
    NEIGHBOUR("a neighbour publishes to an exchange that has gone (404)", 2),
    SERVER_KILL("server killed with -9 between commit and publish", 1);

    private final String label;
    private final int times;

    PublishFault(String label, int times) {
        this.label = label;
        this.times = times;
    }

    /** How reports call it. */
    String label() {
        return label;
    }

    /** Whether messages of committed transactions are given back while it lasts. */
    boolean misroutes() {
        return this == ROUTE_MISSING || this == EXCHANGE_DELETED;
    }

    /**
     * All faults of a run in their order, each kind spread evenly.
     *
     * @param full whether each comes as often as in the long form, or once; the server is killed in
     *     the long form only
     */
    static List<PublishFault> schedule(boolean full) {
        record Place(double where, PublishFault fault) {}
        List<Place> places = new ArrayList<>();
        for (PublishFault fault : values()) {
            int count = full ? fault.times : fault == SERVER_KILL ? 0 : 1;
            for (int i = 0; i < count; i++) {
                places.add(new Place((i + 0.5) / count, fault));
            }
        }
        places.sort(Comparator.comparingDouble(Place::where).thenComparing(Place::fault));
        return places.stream().map(Place::fault).toList();
    }
}
