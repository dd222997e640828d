package io.leveret.it.bench.publish;

import io.leveret.it.bench.Figures;
import io.leveret.it.bench.Undisturbed;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.publish.client.PublishProgram;
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
 * Runs every case once per round, in an order that moves on by one place from round to round, each
 * run with a queue of its own. Each run asserts that every message is in its queue. One thread at a
 * time.
 */
final class PublishRounds implements AutoCloseable {

    /** The share of compilers in the CPU time of a run that is warm enough. */
    private static final double CALM = 0.1;

    /** Far longer than a run takes: the program beside bounds its own waits. */
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final String HEAP = "-Xmx512m";

    /**
     * How much is measured.
     *
     * @param queueTypes on which queues
     * @param mostMessages the most messages of each run
     * @param content whether each run looks at every single message that has arrived, not only at
     *     their number
     * @param warmUps least number of rounds whose figures are thrown away; there are more, up to
     *     twice as many, until the compilers have calmed down
     * @param rounds rounds that count
     * @param mostStolen the largest share of the machine's time that the host may have taken in a
     *     run; a run that lost more is repeated
     * @param limit after what time a run is not repeated any more, and all has failed
     */
    record Plan(
            List<String> queueTypes,
            int mostMessages,
            boolean content,
            int warmUps,
            int rounds,
            double mostStolen,
            Duration limit) {}

    private final Plan plan;
    private final BrokerNode broker;
    private final PublishServer server;
    private final PublishQueue queue;
    private final Map<String, SideJvm> programs = new LinkedHashMap<>();
    private final Map<PublishCase, List<Figures>> figures = new LinkedHashMap<>();
    private final Undisturbed undisturbed;
    private int runs;
    private int warmUps;

    PublishRounds(Plan plan, BrokerNode broker, PublishServer server) throws Exception {
        this.plan = plan;
        this.broker = broker;
        this.server = server;
        this.undisturbed = new Undisturbed(plan.mostStolen(), plan.limit());
        this.queue = new PublishQueue(broker);
        for (Side side : Side.values()) {
            if (side.isProgram()) {
                programs.computeIfAbsent(
                        side.client(), client -> SideJvm.start(HEAP, PublishProgram.class));
            }
        }
    }

    /** All cases of the plan. */
    List<PublishCase> cases() {
        return plan.queueTypes().stream().flatMap(type -> PublishCase.all(type).stream()).toList();
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
        List<PublishCase> order = new ArrayList<>(cases());
        Collections.rotate(order, -number);
        for (PublishCase each : order) {
            Reading passed =
                    counts ? undisturbed.run(() -> run(each), Reading::stolenShare) : run(each);
            compilers = Math.max(compilers, passed.compilerShare());
            if (counts) {
                figures.computeIfAbsent(each, key -> new ArrayList<>())
                        .add(Figures.of(measured(each), passed, 0));
            }
        }
        return compilers;
    }

    private int messages(PublishCase which) {
        return Math.min(which.messages(), plan.mostMessages());
    }

    /** Without those that each publishing thread begins with. */
    private int measured(PublishCase which) {
        return messages(which) - (which.blocks() ? which.load().most() : 1);
    }

    private Reading run(PublishCase which) throws Exception {
        runs++;
        String name = queue.create(which.queueType(), runs);
        try {
            Reading passed =
                    which.side().isProgram()
                            ? program(which, name)
                            : server.run(which, name, runs, messages(which));
            queue.verify(name, runs, messages(which), plan.content());
            return passed;
        } catch (RuntimeException e) {
            throw new IllegalStateException(which + ": " + e.getMessage(), e);
        } finally {
            queue.delete(name);
        }
    }

    private Reading program(PublishCase which, String name) {
        return Reading.parse(
                programs.get(which.side().client())
                        .tell(
                                LIMIT,
                                which.client(),
                                broker.uri().toString(),
                                "" + which.blocks(),
                                name,
                                "" + runs,
                                "" + messages(which),
                                "" + which.load().most()));
    }

    Plan plan() {
        return plan;
    }

    /** What each case showed, round by round. */
    Map<PublishCase, List<Figures>> figures() {
        return Collections.unmodifiableMap(figures);
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
        programs.values().forEach(SideJvm::close);
        queue.close();
    }
}
