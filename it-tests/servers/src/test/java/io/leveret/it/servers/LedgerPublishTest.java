package io.leveret.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The ledger run of publishing: 64 threads publish through an enterprise bean on a real server, in
 * every style of the API, inside and outside transactions of every transaction mode, with and
 * without PostgreSQL in them, while broker, network and server fail.
 *
 * <p><b>The books.</b> Each message has an id that says how it was published, and a route to one
 * queue. The application writes to a file what it attempts, what it is told, and how transactions
 * end; the file outlives a kill of the server. The database holds a row for each message of some
 * transactions. In the end, with the server gone, the queues are emptied and all is compared; what
 * must be there and what must not be says {@link PublishJudge}.
 *
 * <p><b>Faults come by progress</b>, each into traffic, and each lasts until the application was
 * told what the fault is there for: so all five outcomes occur. A fault is over when every
 * destination takes messages again, and nothing of what was committed meanwhile waits any more.
 *
 * <p><b>The kill of the server</b> comes while the way to the broker is stalled and transactions
 * have committed: what these have not published is lost. They are counted and named.
 *
 * <p><b>Channels.</b> Before the first fault a stretch of traffic must leave the broker's counters
 * of opened and closed channels as they are.
 *
 * <p>The tables are on stdout and in {@code target/ledger-publish-VERSION.md}.
 */
@Tag("wildfly")
@Timeout(2_400)
class LedgerPublishTest {

    @Test
    void every_queue_holds_what_publishers_were_told_whatever_fails() throws Exception {
        long begin = System.nanoTime();
        PublishPlan plan =
                Boolean.getBoolean("leveret.it.full") ? PublishPlan.full() : PublishPlan.brief();
        Path folder = ServerScenarios.newFolder("publish");
        try (PublishRun run = new PublishRun(plan, folder)) {
            run.endure();
            PublishVerdict verdict = run.finish();
            String version = run.brokerVersion();
            String text =
                    verdict.markdown(
                            LedgerTables.title(
                                    "publishing",
                                    version,
                                    verdict.messages(),
                                    plan.faults().size(),
                                    begin));
            LedgerTables.write("publish", version, text);
            assertEquals(List.of(), verdict.wrong(), text);
        }
    }
}
