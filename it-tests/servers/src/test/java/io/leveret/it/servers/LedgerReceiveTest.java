package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The ledger run of receiving: many messages into three listeners on a real server (without a
 * transaction, in one, in one with PostgreSQL), while broker, network and server fail.
 *
 * <p><b>Who publishes.</b> A bare client in this process, straight to the broker, with confirms. It
 * keeps a few hundred messages ahead of each listener, and the faults come by progress: fault k of
 * n when k/(n+1) of the messages are worked on. So every fault falls into traffic, however fast the
 * machine is. What it does not know the outcome of, it does not publish again: a message that comes
 * twice is the adapter's or the broker's doing.
 *
 * <p><b>When a message counts as worked on.</b> When that is in the listener's ledger: after the
 * work, or in a transaction when it has seen the commit; both before the adapter acknowledges. The
 * ledgers are files, written line by line, and outlive a kill of the server.
 *
 * <p><b>What may come twice.</b> What was delivered but not acknowledged when a channel ended: the
 * deliveries that ran, and without a transaction those that waited for their common
 * acknowledgement. Each of them must have a fault between its two deliveries, or a first one that a
 * kill cut off, and the application must be told that it is a possible duplicate.
 *
 * <p><b>Lost and stuck.</b> After each fault everything that was confirmed until its end must be
 * worked on and every queue must have all its consumers before the next fault comes, which might
 * help what was stuck. In the end, with the server gone, the queues are read: nothing may be there.
 *
 * <p><b>Rows.</b> One per committed delivery; see {@link ReceiveDatabase}.
 *
 * <p>The tables are on stdout and in {@code target/ledger-receive-VERSION.md}.
 */
@Tag("wildfly")
@Timeout(2_400)
class LedgerReceiveTest {

    private static final boolean FULL = Boolean.getBoolean("leveret.it.full");
    private static final int MESSAGES_OF_EACH = FULL ? 66_667 : 3_000;

    /** The shorter form is the slower one: a fault takes its time, and is to fall into traffic. */
    private static final int WORK_MILLIS = FULL ? 10 : 40;

    @Test
    void nothing_is_lost_stuck_or_doubled_without_a_mark_whatever_fails() throws Exception {
        long begin = System.nanoTime();
        List<ReceiveFault> schedule = ReceiveFault.schedule(FULL);
        Path folder = ServerScenarios.newFolder("receive");
        try (ReceiveRun run = new ReceiveRun(MESSAGES_OF_EACH, WORK_MILLIS, folder)) {
            run.endure(schedule);
            ReceiveVerdict verdict = run.finish();
            String version = run.brokerVersion();
            String text =
                    verdict.markdown(
                            LedgerTables.title(
                                    "receiving",
                                    version,
                                    3 * MESSAGES_OF_EACH,
                                    schedule.size(),
                                    begin));
            LedgerTables.write("receive", version, text);
            assertEquals(List.of(), verdict.wrong(), text);
        }
    }
}
