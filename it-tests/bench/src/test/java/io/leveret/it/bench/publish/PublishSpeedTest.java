package io.leveret.it.bench.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.it.broker.BrokerNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What publishing costs over the bare client, and how it compares with Spring AMQP. The figures are
 * reported, not asserted: they are the machine's. Asserted is that every message has arrived,
 * whoever published it.
 */
@Timeout(2_400)
class PublishSpeedTest {

    private static final List<String> TYPES = List.of("quorum", "classic");

    private static final PublishRounds.Plan PLAN =
            Boolean.getBoolean("leveret.it.full")
                    ? new PublishRounds.Plan(
                            TYPES, 50_000, false, 3, 9, 0.03, Duration.ofMinutes(25))
                    : new PublishRounds.Plan(TYPES, 600, true, 0, 1, 1, Duration.ofMinutes(5));

    @Test
    void everyMessageArrivesWhileItsCostIsMeasured() throws Exception {
        try (BrokerNode broker = BrokerNode.start();
                PublishRounds rounds = new PublishRounds(PLAN, broker)) {
            rounds.run();
            assertEquals(rounds.cases().size(), rounds.figures().size(), "cases measured");
            PublishTable table = new PublishTable(rounds);
            for (String type : TYPES) {
                for (Load load : Load.values()) {
                    String row = "| " + type + " | " + load.text() + " |";
                    long lines =
                            table.text(broker.version())
                                    .lines()
                                    .filter(line -> line.startsWith(row))
                                    .count();
                    assertEquals(1 + compared(load), lines, row);
                }
            }
            table.write(broker.version(), "publish-speed-" + broker.version());
        }
    }

    /** With how many others Leveret is compared. */
    private static int compared(Load load) {
        return load == Load.BATCH ? 1 : load == Load.ASYNC ? 2 : 3;
    }
}
