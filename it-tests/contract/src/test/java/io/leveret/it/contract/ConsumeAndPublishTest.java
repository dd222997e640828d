package io.leveret.it.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.GetResponse;
import io.leveret.MqMessage;
import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.it.broker.FaultProxy;
import io.leveret.it.container.EndpointQuirk;
import io.leveret.it.container.FakeEndpoints;
import io.leveret.it.container.FakeTransactions;
import io.leveret.ra.observe.ActivationMXBean;
import io.leveret.ra.outbound.MqManagedConnectionFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bean whose publishes go over a link that breaks between its commit and their confirm. */
@Timeout(60)
class ConsumeAndPublishTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration LATER = Duration.ofSeconds(15);

    private Bare bare;
    private FaultProxy publishing;
    private Rig rig;
    private String queue;
    private String target;
    private MqPublisher publisher;

    @BeforeEach
    void setUp() throws Exception {
        bare = new Bare(Nodes.shared().port());
        queue = bare.queue("in");
        target = bare.queue("out");
        publishing = FaultProxy.to(Nodes.shared());
        start("1000");
    }

    /** Publishes of a delivery may take the drain time, but at least 2 s. */
    private void start(String drainTimeout) throws Exception {
        rig = new Rig(Nodes.shared().port()).with(a -> a.setDrainTimeout(drainTimeout)).start();
        MqManagedConnectionFactory elsewhere = new MqManagedConnectionFactory();
        elsewhere.setAddresses("127.0.0.1:" + publishing.port());
        elsewhere.setUserName("guest");
        elsewhere.setPassword("guest");
        publisher =
                Rig.connectionFactory(rig.container().pool(elsewhere, 2))
                        .createPublisher(MqPublisherOptions.defaults());
        publisher.publish("", target, MqMessage.text("opens the link"));
        bare.drain(target);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
        publishing.close();
        bare.close();
        rig.assertContractKept();
    }

    @Test
    void aRunThatIsRepeatedMarksWhatItPublishesAgain() throws Exception {
        Bean bean = new Bean(m -> publisher.publish("", target, MqMessage.text("p")));
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.afterCommit(() -> breakTheLinkAfter(endpoints));
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");
        Until.holds("the second run", LATER, () -> bean.count() >= 2);
        publishing.refuse(false);

        List<GetResponse> arrived = new ArrayList<>();
        Until.holds("what it published", LATER, () -> take(arrived) >= 1);
        assertTrue(
                arrived.stream().allMatch(ConsumeAndPublishTest::isMarked),
                "the link was down in the first run, so these are the repetition's");
    }

    @Test
    void aCommittedRunsPublishArrivesThoughItsRepetitionPublishesNothing() throws Exception {
        // What an idempotent bean does: the second time it finds its work done already.
        Bean bean =
                new Bean(
                        m -> {
                            if (!m.redelivered() && !m.possibleDuplicate()) {
                                publisher.publish("", target, MqMessage.text("once"));
                            }
                        });
        FakeEndpoints endpoints = rig.endpoints(bean);
        endpoints.afterCommit(() -> breakTheLinkAfter(endpoints));
        rig.container().activate(endpoints, rig.spec(queue));
        bare.publish(queue, "m");
        Until.holds("the repetition", LATER, () -> endpoints.commits() >= 2);
        publishing.refuse(false);

        List<GetResponse> arrived = new ArrayList<>();
        Until.holds("what the first run published", LATER, () -> take(arrived) >= 1);
        assertEquals(1, bean.seen().stream().filter(s -> !s.redelivered()).count());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAcknowledgementWaitsForWhatATransactionOfTheListenersOwnPublished(boolean fails)
            throws Exception {
        rig.close();
        start("12000");
        FakeTransactions transactions = rig.container().transactions();
        AtomicBoolean broken = new AtomicBoolean();
        Bean bean =
                new Bean(
                        m -> {
                            if (!broken.compareAndSet(false, true)) {
                                return; // its work is done
                            }
                            transactions.begin();
                            transactions
                                    .registry()
                                    .registerInterposedSynchronization(
                                            new AfterCompletion(() -> publishing.refuse(true)));
                            publisher.publish("", target, MqMessage.text("own"));
                            transactions.commit();
                            if (fails) {
                                throw new IllegalStateException("after its own commit");
                            }
                        });
        rig.consume(queue, bean, EndpointQuirk.NOT_TRANSACTED);
        bare.publish(queue, "m");
        Until.holds("the run", LATER, () -> publishing.connections() == 0 && bean.count() == 1);
        ActivationMXBean seen = rig.activation();
        // The commit itself waits 2 s for its publishes.
        Until.never("an acknowledgement", Duration.ofSeconds(4), () -> seen.getAcknowledged() > 0);
        assertEquals(0, bare.ready(target));

        publishing.refuse(false);

        List<GetResponse> arrived = new ArrayList<>();
        Until.holds("what it published", LATER, () -> take(arrived) >= 1);
        int runs = fails ? 2 : 1; // a failed run is acknowledged when its copy waits elsewhere
        Until.holds("the acknowledgement", LATER, () -> seen.getAcknowledged() == runs);
        assertEquals(runs, bean.count());
        assertEquals(1, take(arrived));
    }

    /** Breaks it between the first run's commit and the confirm of what it published. */
    private void breakTheLinkAfter(FakeEndpoints endpoints) {
        if (endpoints.commits() == 1) {
            publishing.refuse(true);
        }
    }

    private int take(List<GetResponse> arrived) throws IOException {
        for (GetResponse r = bare.take(target); r != null; r = bare.take(target)) {
            arrived.add(r);
        }
        return arrived.size();
    }

    private static boolean isMarked(GetResponse message) {
        return message.getProps().getHeaders() != null
                && Boolean.TRUE.equals(message.getProps().getHeaders().get("x-possible-duplicate"));
    }
}
