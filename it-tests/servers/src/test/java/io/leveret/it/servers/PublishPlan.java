package io.leveret.it.servers;

import java.util.List;

/**
 * What a ledger run of publishing does.
 *
 * @param messages how many are published at least
 * @param stretch how many at a time while the channels are watched
 * @param pauseMillis what each thread pauses between two calls where a fault lasts longer than its
 *     share of the messages
 * @param room more messages than go to one queue within a second or two
 * @param faults in their order
 */
record PublishPlan(
        int messages, int stretch, int pauseMillis, int room, List<PublishFault> faults) {

    /** Everything, in much traffic. */
    static PublishPlan full() {
        return new PublishPlan(500_000, 10_000, 500, 5_000, PublishFault.schedule(true));
    }

    /** Every kind of fault but the kill of the server. */
    static PublishPlan brief() {
        return new PublishPlan(6_000, 700, 2_500, 500, PublishFault.schedule(false));
    }
}
