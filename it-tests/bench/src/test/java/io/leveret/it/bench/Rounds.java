package io.leveret.it.bench;

import io.leveret.it.bench.bare.BareProgram;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.SideJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs every case once per round, in an order that moves on by one place from round to round. Each
 * run asserts for itself that every message was processed exactly once, acknowledged, and that the
 * queue is empty. One thread at a time.
 */
final class Rounds implements AutoCloseable {

    /** The beans name it. */
    private static final String QUEUE = "bench";

    static final int SESSIONS = 4;
    static final int PREFETCH = 50;

    /** The share of compilers in the CPU time of a run that is warm enough. */
    private static final double CALM = 0.1;

    /** Far longer than a run takes: the program beside bounds its own waits. */
    private static final Duration BARE_LIMIT = Duration.ofMinutes(3);

    /** As much as the server gets. */
    private static final String HEAP = "-Xmx512m";

    /**
     * How much is measured.
     *
     * @param messages of each run
     * @param warmUps least number of rounds whose figures are thrown away; there are more, up to
     *     twice as many, until the compilers have calmed down
     * @param rounds rounds that count
     * @param mostStolen the largest share of the machine's time that the host may have taken in a
     *     run; a run that lost more is repeated
     * @param idleMillis how long the server's CPU time without work is measured in each round
     * @param limit after what time a run is not repeated any more, and all has failed
     */
    record Plan(
            int messages,
            int warmUps,
            int rounds,
            double mostStolen,
            long idleMillis,
            Duration limit) {}

    private final Plan plan;
    private final BrokerNode broker;
    private final BenchServer server;
    private final BenchQueue queue;
    private final SideJvm bare;
    private final Map<Case, List<Figures>> figures = new LinkedHashMap<>();
    private final List<Double> idleShares = new ArrayList<>();
    private final Undisturbed undisturbed;
    private int runs;
    private int warmUps;

    Rounds(Plan plan, BrokerNode broker, BenchServer server) throws Exception {
        this.plan = plan;
        this.undisturbed = new Undisturbed(plan.mostStolen(), plan.limit());
        this.broker = broker;
        this.server = server;
        this.queue = new BenchQueue(broker, QUEUE);
        this.bare = SideJvm.start(HEAP, BareProgram.class);
    }

    /** Runs all rounds. */
    void run() throws Exception {
        boolean calm = false;
        for (int i = 0; i < plan.warmUps() || !calm && i < 2 * plan.warmUps(); i++) {
            calm = round(i, false) <= CALM;
            warmUps++;
        }
        for (int i = 0; i < plan.rounds(); i++) {
            round(i, true);
        }
    }

    /** Returns the largest share of the CPU time that compilers had in one of its runs. */
    private double round(int number, boolean counts) throws Exception {
        double compilers = 0;
        Reading idle = server.idle(plan.idleMillis());
        double idleShare = (double) idle.workNanos() / idle.nanos();
        List<Case> order = new ArrayList<>(Case.all());
        Collections.rotate(order, -number);
        for (Case each : order) {
            Reading passed =
                    counts ? undisturbed.run(() -> run(each), Reading::stolenShare) : run(each);
            compilers = Math.max(compilers, passed.compilerShare());
            if (counts) {
                figures.computeIfAbsent(each, key -> new ArrayList<>())
                        .add(
                                Figures.of(
                                        plan.messages(),
                                        passed,
                                        each.side() == Case.Side.BARE ? 0 : idleShare));
            }
        }
        if (counts) {
            idleShares.add(idleShare);
        }
        return compilers;
    }

    private Reading run(Case which) throws Exception {
        runs++;
        if (which.side() == Case.Side.CONTAINER) {
            return server.container(which.mode(), plan.messages());
        }
        queue.fill(which.queueType(), runs, plan.messages());
        Reading passed =
                which.side() == Case.Side.LEVERET ? leveret(which.mode()) : bare(which.mode());
        queue.verifyEmpty();
        return passed;
    }

    private Reading leveret(Mode mode) throws IOException {
        try {
            Reading passed = server.leveret(mode, runs, plan.messages());
            queue.awaitSettled();
            return passed;
        } finally {
            server.stop(mode);
        }
    }

    private Reading bare(Mode mode) {
        Reading passed =
                Reading.parse(
                        bare.tell(
                                BARE_LIMIT,
                                "run",
                                broker.uri().toString(),
                                QUEUE,
                                "" + runs,
                                "" + plan.messages(),
                                "" + SESSIONS,
                                "" + PREFETCH,
                                "" + mode.ackEvery()));
        queue.awaitSettled();
        bare.tell(BARE_LIMIT, "end");
        return passed;
    }

    Plan plan() {
        return plan;
    }

    /** What each case showed, round by round. */
    Map<Case, List<Figures>> figures() {
        return Collections.unmodifiableMap(figures);
    }

    /** CPU time per wall-clock time of the server that does nothing, round by round. */
    List<Double> idleShares() {
        return List.copyOf(idleShares);
    }

    /** How many rounds there were before those that count. */
    int warmUps() {
        return warmUps;
    }

    /** How many runs were thrown away because of stolen time. */
    int rejected() {
        return undisturbed.rejected();
    }

    @Override
    public void close() throws IOException {
        bare.close();
        queue.close();
    }
}
