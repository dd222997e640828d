package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqConnection;
import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.it.container.FakePool;
import io.leveret.ra.observe.LinkMXBean;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A channel whose process on the broker answers nothing any more, not even its closing, while the
 * channels beside it are answered: RabbitMQ's does so as long as it waits for a quorum queue
 * without a leader.
 */
@Timeout(60)
class HangingChannelTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final String name = Bare.name("hanging");
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final AtomicBoolean stop = new AtomicBoolean();
    private Bare bare;
    private String queue;
    private Rig rig;
    private FakePool pool;
    private MqConnectionFactory factory;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("hanging");
        rig =
                new Rig(Nodes.shared().port())
                        .with(a -> a.setConnections("1"))
                        .with(a -> a.setRpcTimeout("1000"))
                        .with(a -> a.setPublishTimeout("700"))
                        .start();
        MqManagedConnectionFactory settings = new MqManagedConnectionFactory();
        settings.setConnectionName(name);
        pool = rig.container().pool(settings, 4);
        factory = Rig.connectionFactory(pool);
    }

    @AfterEach
    void tearDown() throws Exception {
        stop.set(true);
        thread.shutdown();
        rig.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void costsNeitherItsConnectionNorTheChannelsBesideIt() throws Exception {
        MqConnection stuck = factory.getConnection();
        stuck.publish("", queue, MqMessage.text("works"));
        MqConnection beside = factory.getConnection();
        LinkMXBean link = new Jmx(factory).only("Link", LinkMXBean.class);
        Instant since = link.getSince().toInstant();
        String process = channel();
        tell(process, "suspend");
        try {
            Future<MqOutcome> others = thread.submit(() -> publishUntilStopped(beside));

            assertEquals(MqOutcome.UNKNOWN, publish(stuck), "outcome of the hanging channel");
            stuck.close();

            Until.holds("the channel is given up", SOON, () -> link.getChannels() == 1);
            assertEquals(since, link.getSince().toInstant(), link::getLastCause);
            for (MqConnection more : List.of(factory.getConnection(), factory.getConnection())) {
                assertEquals(MqOutcome.CONFIRMED, publish(more), "outcome of a new channel");
                more.close();
            }
            stop.set(true);
            assertEquals(
                    MqOutcome.CONFIRMED, others.get(10, TimeUnit.SECONDS), "outcome beside it");
        } finally {
            tell(process, "resume");
        }
        beside.close();
    }

    /** Gives the first outcome that is not CONFIRMED, if there is any. */
    private MqOutcome publishUntilStopped(MqConnection connection) {
        MqOutcome outcome = publish(connection);
        while (outcome == MqOutcome.CONFIRMED && !stop.get()) {
            LockSupport.parkNanos(PACE_NANOS);
            outcome = publish(connection);
        }
        return outcome;
    }

    private MqOutcome publish(MqConnection connection) {
        return Rig.outcomeOf(connection, "", queue, MqMessage.text("m"));
    }

    /** The first channel's process on the broker. */
    private String channel() {
        String pids =
                Nodes.shared()
                        .eval(
                                "[pid_to_list(P) || P <- rabbit_channel:list_local(),"
                                        + " [{number, 1}, {connection, C}] <-"
                                        + " [rabbit_channel:info(P, [number, connection])],"
                                        + " {client_properties, T} <-"
                                        + " rabbit_reader:info(C, [client_properties]),"
                                        + " {<<\"connection_name\">>, _, N} <- T,"
                                        + " string:find(N, \""
                                        + name
                                        + "\") =/= nomatch].");
        assertTrue(pids.matches("\\[\"<[0-9.]+>\"]"), pids);
        return pids.substring(2, pids.length() - 2);
    }

    /** Stops a process from handling messages, or has it go on if it is still there. */
    private static void tell(String process, String what) {
        Nodes.shared().eval("catch sys:" + what + "(list_to_pid(\"" + process + "\")).");
    }
}
