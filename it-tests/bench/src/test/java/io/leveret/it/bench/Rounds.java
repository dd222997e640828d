package io.leveret.it.bench;

import io.leveret.it.bench.bare.BareProgram;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.SideJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link SpeedTable} is made from. Each run asserts for itself that every message was
 * processed exactly once, acknowledged, and that the queue is empty. One thread at a time.
 */
final class Rounds implements Series.Work<Case>, AutoCloseable {

    /** The beans name it. */
    private static final String QUEUE = "bench";

    static final int SESSIONS = 4;
    static final int PREFETCH = 50;

    /** Far longer than a run takes: the program beside bounds its own waits. */
    private static final Duration BARE_LIMIT = Duration.ofMinutes(3);

    /** As much as the server gets. */
    private static final String HEAP = "-Xmx512m";

    /**
     * How much is measured.
     *
     * @param messages of each run
     * @param idleMillis how long the server's CPU time without work is measured in each round
     * @param series the rounds
     */
    record Plan(int messages, long idleMillis, Series.Plan series) {}

    private final Plan plan;
    private final BrokerNode broker;
    private final BenchServer server;
    private final BenchQueue queue;
    private final SideJvm bare;
    private final Series<Case> series;
    private final List<Double> idleShares = new ArrayList<>();
    private double idleShare;
    private int runs;

    Rounds(Plan plan, BrokerNode broker, BenchServer server) throws Exception {
        this.plan = plan;
        this.series = new Series<>(plan.series(), Case.all(), this);
        this.broker = broker;
        this.server = server;
        this.queue = new BenchQueue(broker, QUEUE);
        this.bare = SideJvm.start(HEAP, BareProgram.class);
    }

    /** Runs all rounds. */
    void run() throws Exception {
        series.run();
    }

    @Override
    public void begin(boolean counts) throws IOException {
        Reading idle = server.idle(plan.idleMillis());
        idleShare = (double) idle.workNanos() / idle.nanos();
        if (counts) {
            idleShares.add(idleShare);
        }
    }

    @Override
    public Figures figures(Case which, Reading passed) {
        return Figures.of(plan.messages(), passed, which.side() == Case.Side.BARE ? 0 : idleShare);
    }

    @Override
    public Reading run(Case which) throws Exception {
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

    Series<Case> series() {
        return series;
    }

    /** CPU time per wall-clock time of the server that does nothing, round by round. */
    List<Double> idleShares() {
        return List.copyOf(idleShares);
    }

    @Override
    public void close() throws IOException {
        bare.close();
        queue.close();
    }
}
