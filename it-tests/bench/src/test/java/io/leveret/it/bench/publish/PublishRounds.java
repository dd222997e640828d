package io.leveret.it.bench.publish;

import io.leveret.it.bench.Figures;
import io.leveret.it.bench.Series;
import io.leveret.it.bench.load.Reading;
import io.leveret.it.bench.publish.client.PublishProgram;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.broker.SideJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@link PublishTable} is made from. Each run has a queue of its own, and asserts that every
 * message is in it. One thread at a time.
 */
final class PublishRounds implements Series.Work<PublishCase>, AutoCloseable {

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
     * @param series the rounds
     */
    record Plan(List<String> queueTypes, int mostMessages, boolean content, Series.Plan series) {}

    private final Plan plan;
    private final BrokerNode broker;
    private final PublishServer server;
    private final PublishQueue queue;
    private final Map<String, SideJvm> programs = new LinkedHashMap<>();
    private final Series<PublishCase> series;
    private int runs;

    PublishRounds(Plan plan, BrokerNode broker, PublishServer server) throws Exception {
        this.plan = plan;
        this.broker = broker;
        this.server = server;
        this.series = new Series<>(plan.series(), cases(plan), this);
        this.queue = new PublishQueue(broker);
        for (Side side : Side.values()) {
            if (side.isProgram()) {
                programs.computeIfAbsent(
                        side.client(), client -> SideJvm.start(HEAP, PublishProgram.class));
            }
        }
    }

    private static List<PublishCase> cases(Plan plan) {
        return plan.queueTypes().stream().flatMap(type -> PublishCase.all(type).stream()).toList();
    }

    /** Runs all rounds. */
    void run() throws Exception {
        series.run();
    }

    @Override
    public Figures figures(PublishCase which, Reading passed) {
        return Figures.of(measured(which), passed, 0);
    }

    private int messages(PublishCase which) {
        return Math.min(which.messages(), plan.mostMessages());
    }

    /** Without those that each publishing thread begins with. */
    private int measured(PublishCase which) {
        return messages(which) - (which.blocks() ? which.load().most() : 1);
    }

    @Override
    public Reading run(PublishCase which) throws Exception {
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

    Series<PublishCase> series() {
        return series;
    }

    @Override
    public void close() throws IOException {
        programs.values().forEach(SideJvm::close);
        queue.close();
    }
}
