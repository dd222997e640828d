package io.leveret.it.servers;

import io.leveret.it.broker.BrokerContents;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.database.PostgresNode;
import io.leveret.it.ledger.LedgerLog;
import io.leveret.it.servers.publish.Destination;
import io.leveret.it.servers.publish.PublishBooks;
import io.leveret.it.servers.publish.WorkBean;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One ledger run of publishing: broker, database, server and load, from start to verdict. */
final class PublishRun implements AutoCloseable {

    /** Short, because several faults last until publishes have waited in vain. */
    private static final int PUBLISH_TIMEOUT_MILLIS = 3_000;

    private static final Duration PROGRESS = Duration.ofSeconds(300);
    private static final Duration RECOVERY = Duration.ofSeconds(90);
    private static final Duration DRAIN = Duration.ofSeconds(900);

    /** Longer than the server's transaction manager waits between two looks at what is open. */
    private static final Duration RESOLVED = Duration.ofSeconds(180);

    private static final int STRETCHES = 8;

    private final Resources open = new Resources();
    private final PublishVerdict verdict = new PublishVerdict();
    private final PublishPlan plan;
    private final Path folder;
    private final Path faultLedger;
    private final BrokerNode broker;
    private final FaultProxy proxy;
    private final PostgresNode database;
    private final WildFlyProcess server;
    private final LedgerLog log;
    private final PublishLoad load;
    private final PublishFaults faults;
    private long warm = Long.MAX_VALUE;

    /**
     * Starts everything but the load.
     *
     * @param folder a new folder, which stays
     */
    PublishRun(PublishPlan plan, Path folder) throws Exception {
        boolean started = false;
        try {
            this.plan = plan;
            this.folder = folder;
            broker = open.add(BrokerNode.start());
            proxy = open.add(FaultProxy.to(broker));
            database = open.add(PostgresNode.start());
            database.sql("create table " + WorkBean.TABLE + " (message varchar(100) primary key)");
            faultLedger = folder.resolve("faults.ledger");
            log = open.add(LedgerLog.open(faultLedger));
            server = open.add(new WildFlyProcess(folder.resolve("wildfly"), settings()));
            load = new PublishLoad(server, plan.pauseMillis());
            faults = new PublishFaults(broker, proxy, server, load, plan.room());
            faults.declare();
            server.start();
            PublishApplication.deploy(server.management(), folder, database);
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("leveret.addresses", proxy.host() + ":" + proxy.port());
        settings.put("leveret.userName", "guest");
        settings.put("leveret.password", "guest");
        settings.put("leveret.publishTimeout", "" + PUBLISH_TIMEOUT_MILLIS);
        settings.put(PublishBooks.FOLDER, folder.toString());
        return settings;
    }

    String brokerVersion() {
        return broker.version();
    }

    /**
     * Starts the load, watches it undisturbed, and has the faults come one by one, by the progress
     * of the load. That goes on during a fault, but no further than to the place of the next one
     * without pauses.
     */
    void endure() {
        try {
            load.start();
            watchCalm();
            endureAll();
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
            verdict.wrong(e.toString());
        }
    }

    private void stop() {
        if (load.stop() > 0) {
            verdict.wrong("some of the threads do not end");
        }
    }

    /**
     * Once the pool has grown, nothing opens or closes a channel, however much is published, and
     * nothing is left to the background. Some attempts, because a busy machine may keep a confirm
     * waiting, which costs a channel, and a commit in the background.
     */
    private void watchCalm() {
        String before;
        String after = faults.channelCounters();
        long left;
        int stretches = 0;
        do {
            before = after;
            warm = LedgerLog.now();
            proceedTo(load.attempted() + plan.stretch());
            left = load.counts().waiting();
            after = faults.channelCounters();
        } while ((!after.equals(before) || left > 0) && ++stretches < STRETCHES);
        verdict.remark(
                String.format(
                        Locale.ROOT,
                        "%s channels opened and closed, %s when at least %d more messages were"
                                + " published, in attempt %d",
                        before,
                        after,
                        plan.stretch(),
                        stretches + 1));
        if (!after.equals(before)) {
            verdict.wrong("channels come and go without a fault: " + before + ", then " + after);
        }
        if (left > 0) {
            verdict.wrong(left + " messages wait after their commit, without a fault");
        }
    }

    private void proceedTo(long messages) {
        load.allow(messages);
        Eventually.value("messages", PROGRESS, load::attempted, n -> n >= messages);
    }

    private void endureAll() throws Exception {
        long begin = load.attempted();
        double share = (double) (plan.messages() - begin) / (plan.faults().size() + 1);
        for (int i = 0; i < plan.faults().size(); i++) {
            proceedTo(begin + (long) (share * (i + 1)));
            load.allow(begin + (long) (share * (i + 2)));
            endure(plan.faults().get(i));
        }
        proceedTo(plan.messages());
        stop();
        await("waiting after the last commit", counts -> counts.waiting() == 0);
        verdict.strange(load.counts().strange());
        Eventually.value(
                "prepared transactions",
                RESOLVED,
                () -> database.sql("select gid from pg_prepared_xacts"),
                List::isEmpty);
    }

    /**
     * One fault. It is over when every destination takes messages again, no call is left that was
     * begun before, and nothing of the transactions that were committed meanwhile: the next fault
     * must not hide that something was stuck.
     */
    private void endure(PublishFault fault) throws Exception {
        log.faultBegun(fault.name());
        if (fault == PublishFault.SERVER_KILL) {
            verdict.strange(load.counts().strange());
        }
        faults.run(fault);
        long end = System.nanoTime();
        long mended = LedgerLog.now();
        List<Long> confirmed = load.counts().confirmed();
        await("confirmed after " + fault, counts -> moreOfEach(counts.confirmed(), confirmed));
        await("oldest call after " + fault, counts -> counts.oldestCall() > mended);
        await("waiting after a commit and " + fault, counts -> counts.waiting() == 0);
        verdict.recovered(fault, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - end));
        log.faultEnded(fault.name());
    }

    private void await(String what, Predicate<PublishLoad.Counts> wanted) {
        Eventually.value(what, RECOVERY, load::counts, wanted);
    }

    private static boolean moreOfEach(List<Long> now, List<Long> before) {
        for (int i = 0; i < before.size(); i++) {
            if (now.get(i) <= before.get(i)) {
                return false;
            }
        }
        return true;
    }

    /** Ends everything and judges; when something went wrong before, too. */
    PublishVerdict finish() {
        try {
            server.stop();
            Eventually.value("connections of the server", proxy::connections, n -> n == 0);
            judge();
            return verdict;
        } catch (Exception | AssertionError e) {
            throw new AssertionError("no verdict: " + String.join("\n", verdict.wrong()), e);
        }
    }

    private void judge() throws Exception {
        PublishLedger ledger = new PublishLedger(server.log());
        ledger.readFaults(faultLedger);
        ledger.warm(warm);
        for (int life = 0; life < load.lives(); life++) {
            ledger.readPublished(folder.resolve(PublishBooks.file(life)));
        }
        List<String> queues =
                Stream.concat(
                                Arrays.stream(Destination.values()).map(Destination::queue),
                                Stream.of(PublishFaults.PARKING))
                        .toList();
        long begin = System.nanoTime();
        ledger.found(BrokerContents.drain(broker.uri(), queues, DRAIN), verdict);
        verdict.remark("drained in " + (System.nanoTime() - begin) / 1_000_000 + " ms");
        ledger.rows(database.sql("select message from " + WorkBean.TABLE));
        ledger.judge(verdict, plan);
    }

    @Override
    public void close() throws IOException {
        open.close();
    }
}
