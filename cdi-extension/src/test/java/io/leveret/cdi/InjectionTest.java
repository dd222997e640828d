package io.leveret.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import io.leveret.MqTransactionMode;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.SessionScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Qualifier;
import java.io.Serializable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.rmi.MarshalledObject;
import java.util.HashMap;
import java.util.List;
import org.jboss.weld.context.bound.BoundLiteral;
import org.jboss.weld.context.bound.BoundSessionContext;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The extension in a real CDI container. */
class InjectionTest {

    private static final String DEFAULT_NAME = "leveret/ConnectionFactory";

    private final FakeFactory factory = new FakeFactory();

    @BeforeEach
    void names() {
        FakeJndi.install();
        FakeJndi.bind(DEFAULT_NAME, factory);
        System.setProperty(Settings.LOOKUP_TIMEOUT, "100");
        System.setProperty("test.queue", "from-property");
    }

    @AfterEach
    void properties() {
        System.clearProperty(Settings.LOOKUP_TIMEOUT);
        System.clearProperty("test.queue");
    }

    @ApplicationScoped
    static class Shop {
        @Inject MqPublisher plain;

        @Inject
        @MqTarget(exchange = "orders", routingKey = "new")
        MqPublisher orders;

        @Inject
        @MqTarget(routingKey = "${test.queue}")
        Instance<MqPublisher> chosen;

        @Inject
        @MqTarget(exchange = "audit")
        Provider<MqPublisher> audit;

        private MqPublisher viaParameter;

        @Inject
        void initialize(@MqTarget(routingKey = "parameter") MqPublisher publisher) {
            viaParameter = publisher;
        }

        void sell() {
            plain.publish("ex", "rk", MqMessage.text("plain"));
            orders.publish("text");
            orders.publish("other", MqMessage.text("key"));
            chosen.get().publish("instance");
            audit.get().publish("seen", MqMessage.text("provider"));
            viaParameter.publish("parameter");
        }
    }

    @Test
    void aPublisherIsInjectedWithTheTargetOfItsInjectionPoint() {
        try (WeldContainer container = start(Shop.class)) {
            container.select(Shop.class).get().sell();
        }
        assertEquals(
                List.of(
                        "ex/rk/plain",
                        "orders/new/text",
                        "orders/other/key",
                        "/from-property/instance",
                        "audit/seen/provider",
                        "/parameter/parameter"),
                factory.published);
    }

    @Test
    void aPublisherLooksItsFactoryUpOnce() {
        try (WeldContainer container = start(Shop.class)) {
            factory.created.clear(); // those of the deployment's check
            MqPublisher publisher = container.select(MqPublisher.class).get();
            publisher.publish("a", "b", MqMessage.text("1"));
            publisher.publish("a", "b", MqMessage.text("2"));
            assertEquals(1, factory.created.size());
        }
    }

    @Dependent
    static class Local {
        @Inject
        @MqTarget(routingKey = "q", transactionMode = MqTransactionMode.LOCAL)
        MqPublisher publisher;
    }

    @Test
    void aPublisherWhoseModeContradictsItsFactoryFailsTheDeployment() {
        factory.refused = MqTransactionMode.LOCAL;
        String failure = deploymentFailure(Local.class);
        assertTrue(failure.contains("Local.publisher"), failure);
        assertTrue(failure.contains("LOCAL contradicts the factory"), failure);
    }

    @Dependent
    static class Incomplete {
        @Inject
        @MqTarget(routingKey = "q", connectionFactory = "java:/missing")
        MqPublisher publisher;
    }

    @Dependent
    static class Contradictory {
        @Inject
        Contradictory(
                @MqTarget(transactionMode = {MqTransactionMode.NONE, MqTransactionMode.NONE})
                        MqPublisher publisher) {
            assertFalse(publisher == null);
        }
    }

    @Dependent
    static class CarelessInTransactions {
        @Inject
        @MqTarget(
                routingKey = "q",
                unconfirmed = true,
                transactionMode = MqTransactionMode.AFTER_COMMIT)
        MqPublisher publisher;
    }

    @Test
    void unconfirmedInTransactionsFailsTheDeployment() {
        String message = deploymentFailure(CarelessInTransactions.class);
        assertTrue(message.contains("1 problem "), message);
        assertTrue(
                message.contains(CarelessInTransactions.class.getName() + ".publisher: "), message);
        assertTrue(message.contains("unconfirmed contradicts transactionMode"), message);
    }

    @Test
    void aMissingFactoryFailsTheDeploymentAndNamesClassAndField() {
        String message = deploymentFailure(Incomplete.class, Shop.class);
        assertTrue(message.contains("1 problem "), message);
        assertTrue(message.contains(Incomplete.class.getName() + ".publisher: "), message);
        assertTrue(message.contains("java:/missing within 100 ms"), message);
    }

    @Test
    void allProblemsOfADeploymentAreInOneMessage() {
        String message = deploymentFailure(Incomplete.class, Contradictory.class);
        assertTrue(message.contains("2 problems "), message);
        assertTrue(message.contains(Incomplete.class.getName() + ".publisher: "), message);
        assertTrue(message.contains(Contradictory.class.getName() + ".<init>"), message);
        assertTrue(message.contains("transactionMode"), message);
    }

    @Test
    void aMalformedTimeoutIsOneOfTheProblems() {
        System.setProperty(Settings.LOOKUP_TIMEOUT, "soon");
        String message = deploymentFailure(Shop.class);
        assertTrue(message.contains(Settings.LOOKUP_TIMEOUT), message);
    }

    @Test
    void anApplicationWithoutInjectedPublishersNeedsNoFactory() {
        FakeJndi.install();
        try (WeldContainer container = start(Custom.class)) {
            assertTrue(container.isRunning());
        }
    }

    @Dependent
    static class NoSuchQueue {
        @Inject
        @MqTarget(routingKey = "q", connectionFactory = "java:comp/env/mq")
        MqPublisher publisher;
    }

    @Test
    void aComponentsOwnNameIsNotCheckedAtDeploymentAndFailsAsNotSent() {
        try (WeldContainer container = start(NoSuchQueue.class)) {
            MqPublisher publisher = container.select(NoSuchQueue.class).get().publisher;
            MqMessage message = MqMessage.builder().messageId("m1").build();
            MqPublishException failure =
                    assertThrows(MqPublishException.class, () -> publisher.publish(message));
            assertEquals(MqOutcome.NOT_SENT, failure.outcome());
            assertEquals("m1", failure.messageId());
            FakeJndi.bind("java:comp/env/mq", factory);
            publisher.publish(message);
        }
        assertEquals(List.of("/q/"), factory.published);
    }

    @SessionScoped
    static class Basket implements Serializable {
        private static final long serialVersionUID = 1L;

        @Inject
        @MqTarget(exchange = "baskets", routingKey = "changed")
        MqPublisher changes;

        void change(String what) {
            changes.publish(what);
        }

        MqPublisher publisher() {
            return changes;
        }
    }

    @Test
    void aPublisherInAPassivatingScopeSurvivesPassivation() throws Exception {
        try (WeldContainer container = start(Basket.class)) {
            BoundSessionContext session =
                    container.select(BoundSessionContext.class, BoundLiteral.INSTANCE).get();
            session.associate(new HashMap<>());
            session.activate();
            factory.created.clear(); // those of the deployment's check
            Basket basket = container.select(Basket.class).get();
            basket.change("before");
            MqPublisher active = basket.publisher();
            MqPublisher passivated = new MarshalledObject<>(active).get();
            assertFalse(active == passivated);
            passivated.publish("after");
            session.invalidate();
            session.deactivate();
        }
        assertEquals(List.of("baskets/changed/before", "baskets/changed/after"), factory.published);
        assertEquals(2, factory.created.size());
    }

    @Qualifier
    @Retention(RetentionPolicy.RUNTIME)
    @interface Own {}

    @ApplicationScoped
    static class Custom {
        static final MqPublisher MINE = new FakeFactory().createPublisher(null);

        @Produces @Own MqPublisher mine = MINE;

        @Inject
        void use(@Own MqPublisher publisher) {
            assertSame(MINE, publisher);
        }
    }

    @Alternative
    @Priority(1)
    @Dependent
    static class Mock extends NoPublisher {}

    @Dependent
    static class PlainUser {
        @Inject MqPublisher publisher;
    }

    @Test
    void anApplicationMayReplaceThePublisherAndThenNeedsNoFactory() {
        FakeJndi.install();
        try (WeldContainer container = start(PlainUser.class, Mock.class)) {
            assertTrue(container.select(PlainUser.class).get().publisher instanceof Mock);
        }
    }

    private static WeldContainer start(Class<?>... beans) {
        return new Weld()
                .disableDiscovery()
                .addBeanClasses(beans)
                .addExtension(new LeveretExtension())
                .initialize();
    }

    private static String deploymentFailure(Class<?>... beans) {
        return assertThrows(DeploymentException.class, () -> start(beans).close()).getMessage();
    }
}
