package io.leveret.it.contract;

import io.leveret.it.ledger.HeldMessage;
import java.util.List;

/**
 * Steady publishing and consuming that a fault is to break. Times are those of the ledger:
 * microseconds since the epoch.
 */
interface Load extends AutoCloseable {

    /** What can be seen from outside at one moment. */
    record Progress(long confirmed, long delivered, int confirms, long longestCallMillis) {}

    /**
     * How far it has come: when the latest confirmed publish and the latest delivered message were
     * begun, how many confirms there were, and the longest call of a publisher so far.
     */
    Progress progress();

    /**
     * Stops publishing, waits until everything confirmed is received and the queue is empty, stops
     * consuming, and gives what the queue holds nevertheless.
     */
    List<HeldMessage> finish() throws Exception;

    @Override
    void close();
}
