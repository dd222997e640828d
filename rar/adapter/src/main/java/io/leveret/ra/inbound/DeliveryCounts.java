package io.leveret.ra.inbound;

import java.util.concurrent.atomic.LongAdder;

/** What became of the deliveries of one activation; they only grow, except {@code inFlight}. */
final class DeliveryCounts {

    /** The bean works on them now. */
    final LongAdder inFlight = new LongAdder();

    /** The bean has worked on them, whatever came of it. */
    final LongAdder delivered = new LongAdder();

    /** Their acknowledgement was written. */
    final LongAdder acknowledged = new LongAdder();

    /** The bean, its transaction or its publishes failed. */
    final LongAdder failed = new LongAdder();

    /** They were moved to a wait queue, or rejected to a queue that delays, to come again. */
    final LongAdder retried = new LongAdder();

    /** They have failed for the last time, and were parked or dead-lettered. */
    final LongAdder parked = new LongAdder();

    /** They have failed for the last time, and the bean has taken care of that. */
    final LongAdder handled = new LongAdder();

    /** They were given back to the queue. */
    final LongAdder returned = new LongAdder();
}
