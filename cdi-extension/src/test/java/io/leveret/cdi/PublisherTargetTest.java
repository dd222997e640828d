package io.leveret.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.MqPublisher;
import io.leveret.MqPublisherOptions;
import io.leveret.MqTarget;
import io.leveret.MqTransactionMode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublisherTargetTest {

    private static final Settings SETTINGS =
            new Settings(List.of(key -> Optional.ofNullable("q".equals(key) ? "orders" : null)));

    @SuppressWarnings("unused")
    private static final class Targets {
        @MqTarget MqPublisher empty;

        @MqTarget(routingKey = "${q}")
        MqPublisher queue;

        @MqTarget(exchange = "ex")
        MqPublisher exchangeOnly;

        @MqTarget(
                exchange = "ex",
                routingKey = "rk",
                connectionFactory = "${cf:java:/x}",
                transactionMode = MqTransactionMode.NONE)
        MqPublisher all;

        @MqTarget(routingKey = "rk", unconfirmed = true)
        MqPublisher unconfirmed;

        @MqTarget(
                routingKey = "rk",
                unconfirmed = true,
                transactionMode = MqTransactionMode.AFTER_COMMIT)
        MqPublisher unconfirmedInTransactions;

        @MqTarget(
                exchange = "${nowhere}",
                connectionFactory = "${cf:}",
                transactionMode = {MqTransactionMode.NONE, MqTransactionMode.AFTER_COMMIT})
        MqPublisher wrong;
    }

    @Test
    void withoutAnnotationEachCallNamesItsDestination() throws Exception {
        PublisherTarget target = PublisherTarget.of(null, SETTINGS);
        assertEquals(MqPublisherOptions.defaults(), target.options());
        assertEquals(Settings.DEFAULT_FACTORIES, target.factories());
    }

    @Test
    void anEmptyAnnotationMeansTheSameAsNone() throws Exception {
        assertEquals(PublisherTarget.of(null, SETTINGS), target("empty"));
    }

    @Test
    void aRoutingKeyAloneIsAQueueOfTheDefaultExchange() throws Exception {
        MqPublisherOptions options = target("queue").options();
        assertEquals("", options.exchange());
        assertEquals("orders", options.routingKey());
    }

    @Test
    void anExchangeAloneLeavesTheRoutingKeyToTheCall() throws Exception {
        MqPublisherOptions options = target("exchangeOnly").options();
        assertEquals("ex", options.exchange());
        assertEquals(null, options.routingKey());
    }

    @Test
    void everyMemberIsTakenOver() throws Exception {
        assertEquals(
                new PublisherTarget(
                        List.of("java:/x"),
                        MqPublisherOptions.defaults()
                                .withExchange("ex")
                                .withRoutingKey("rk")
                                .withTransactionMode(MqTransactionMode.NONE)),
                target("all"));
    }

    @Test
    void confirmsAreRenouncedByName() throws Exception {
        assertTrue(target("unconfirmed").options().unconfirmed());
        assertFalse(target("all").options().unconfirmed());
    }

    @Test
    void whatIsNotConfirmedTakesNoPartInTransactions() {
        List<String> problems =
                assertThrows(
                                PublisherTarget.BadTargetException.class,
                                () -> target("unconfirmedInTransactions"))
                        .problems();
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).contains("contradicts transactionMode"), problems.get(0));
    }

    @Test
    void allProblemsAreListedAtOnce() {
        List<String> problems =
                assertThrows(PublisherTarget.BadTargetException.class, () -> target("wrong"))
                        .problems();
        assertEquals(3, problems.size(), problems.toString());
        assertTrue(problems.get(0).contains("connectionFactory"), problems.get(0));
        assertTrue(problems.get(1).contains("nowhere"), problems.get(1));
        assertTrue(problems.get(2).contains("transactionMode"), problems.get(2));
    }

    @Test
    void aNameThatAmqpCannotCarryIsAProblem() {
        Settings longName = new Settings(List.of(key -> Optional.of("ä".repeat(128))));
        String message =
                assertThrows(
                                PublisherTarget.BadTargetException.class,
                                () -> PublisherTarget.of(annotation("queue"), longName))
                        .getMessage();
        assertTrue(message.contains("routingKey has 256 bytes"), message);
    }

    private static PublisherTarget target(String field) throws Exception {
        return PublisherTarget.of(annotation(field), SETTINGS);
    }

    private static MqTarget annotation(String field) throws NoSuchFieldException {
        return Targets.class.getDeclaredField(field).getAnnotation(MqTarget.class);
    }
}
