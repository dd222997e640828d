package io.leveret.it.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.it.broker.BrokerNode;
import io.leveret.it.servers.OnWildFly;
import io.leveret.it.servers.WildFlyExtension;
import io.leveret.it.servers.WildFlyServer;
import io.leveret.it.servers.WildFlySetup;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.as.arquillian.api.ServerSetup;
import org.jboss.shrinkwrap.api.Archive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a message-driven bean costs over the bare client and the container. The figures are
 * reported, not asserted: they are the machine's. Asserted is that every message was processed
 * exactly once, whoever consumed it.
 */
@OnWildFly
@RunAsClient
@ServerSetup(WildFlySetup.class)
@Timeout(2_400)
class ReceiveSpeedTest {

    /** In the short form no whole number of batches, so that a rest is acknowledged too. */
    private static final Rounds.Plan PLAN =
            Boolean.getBoolean("leveret.it.full")
                    ? new Rounds.Plan(
                            40_000, 2_000, new Series.Plan(3, 10, 0.03, Duration.ofMinutes(30)))
                    : new Rounds.Plan(510, 200, new Series.Plan(0, 1, 1, Duration.ofMinutes(5)));

    @TempDir Path folder;

    @Deployment(name = "adapter", order = 1, testable = false)
    static Archive<?> adapter() {
        return WildFlyServer.adapter();
    }

    @Test
    void everyMessageIsProcessedExactlyOnceWhileItsCostIsMeasured() throws Exception {
        WildFlyServer wildFly = WildFlyExtension.server();
        BrokerNode broker = wildFly.broker();
        BenchServer server = new BenchServer(wildFly, folder);
        try (Rounds rounds = new Rounds(PLAN, broker, server)) {
            rounds.run();
            assertEquals(Case.all().size(), rounds.series().measured(), "cases measured");
            new SpeedTable(rounds).write(broker.version(), "receive-speed");
        } finally {
            server.end();
        }
    }
}
