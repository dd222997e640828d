package io.leveret.it.bench.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.it.bench.Series;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.servers.OnWildFly;
import io.leveret.it.servers.WildFlyExtension;
import io.leveret.it.servers.WildFlyServer;
import io.leveret.it.servers.WildFlySetup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.as.arquillian.api.ServerSetup;
import org.jboss.shrinkwrap.api.Archive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What publishing costs over the bare client, and how it compares with Spring AMQP. The figures are
 * reported, not asserted: they are the machine's. Asserted is that every message has arrived,
 * whoever published it.
 */
@OnWildFly
@RunAsClient
@ServerSetup(WildFlySetup.class)
@Timeout(2_400)
class PublishSpeedTest {

    private static final List<String> TYPES = List.of("quorum", "classic");

    private static final PublishRounds.Plan PLAN =
            Boolean.getBoolean("leveret.it.full")
                    ? new PublishRounds.Plan(
                            TYPES,
                            50_000,
                            false,
                            new Series.Plan(3, 7, 0.03, Duration.ofMinutes(25)))
                    : new PublishRounds.Plan(
                            TYPES, 300, true, new Series.Plan(0, 1, 1, Duration.ofMinutes(5)));

    @TempDir Path folder;

    @Deployment(name = "adapter", order = 1, testable = false)
    static Archive<?> adapter() {
        return WildFlyServer.adapter();
    }

    @Test
    void everyMessageArrivesWhileItsCostIsMeasured() throws Exception {
        WildFlyServer wildFly = WildFlyExtension.server();
        BrokerNode broker = wildFly.broker();
        PublishServer server = new PublishServer(wildFly, folder);
        try (PublishRounds rounds = new PublishRounds(PLAN, broker, server)) {
            rounds.run();
            assertEquals(
                    rounds.series().cases().size(), rounds.series().measured(), "cases measured");
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
        } finally {
            server.end();
        }
    }

    /** With how many others Leveret is compared. */
    private static int compared(Load load) {
        return load == Load.BATCH ? 2 : load == Load.ASYNC ? 3 : 5;
    }
}
