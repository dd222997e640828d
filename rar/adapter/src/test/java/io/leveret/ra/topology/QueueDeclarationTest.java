package io.leveret.ra.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.settings.TopologySettings.Queue;
import io.leveret.ra.settings.TopologySettings.QueueType;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A queue's declaration")
final class QueueDeclarationTest {

    private static QueueDeclaration of(
            String version, QueueType type, boolean lazy, Map<String, Object> arguments) {
        return new QueueDeclaration(
                "q",
                new Queue(type, true, false, false, lazy, arguments),
                BrokerVersion.of(version));
    }

    private static TopologyException refusal(int code, String argument) {
        return refusal(code, argument, "none");
    }

    private static TopologyException refusal(int code, String argument, String current) {
        return TopologyException.of(
                "cannot",
                (c, words) -> "hint " + c,
                new IOException(
                        new ShutdownSignalException(
                                false,
                                false,
                                new AMQP.Channel.Close.Builder()
                                        .replyCode(code)
                                        .replyText(
                                                "inequivalent arg '"
                                                        + argument
                                                        + "' but current is "
                                                        + current)
                                        .build(),
                                null)));
    }

    @ParameterizedTest
    @CsvSource({"3.10.8, false", "3.13.7, false", "4.0.5, true", "4.3.6, true", "x, false"})
    @DisplayName("asks for no delivery limit where there would be one")
    void deliveryLimit(String version, boolean asked) {
        Map<String, Object> arguments = of(version, QueueType.QUORUM, false, Map.of()).arguments();
        assertEquals(
                asked
                        ? Map.of("x-queue-type", "quorum", "x-delivery-limit", -1L)
                        : Map.of("x-queue-type", "quorum"),
                arguments);
        assertEquals(
                Map.of("x-queue-type", "quorum", "x-delivery-limit", 5L),
                of(version, QueueType.QUORUM, false, Map.of("x-delivery-limit", 5L)).arguments());
        assertEquals(
                Map.of("x-queue-type", "classic"),
                of(version, QueueType.CLASSIC, false, Map.of()).arguments());
    }

    @ParameterizedTest
    @CsvSource({"3.10.8, true", "3.11.28, true", "3.12.0, false", "4.3.6, false"})
    @DisplayName("asks for a lazy queue where that makes a difference")
    void lazy(String version, boolean asked) {
        Map<String, Object> arguments = of(version, QueueType.CLASSIC, true, Map.of()).arguments();
        assertEquals(
                asked
                        ? Map.of("x-queue-type", "classic", "x-queue-mode", "lazy")
                        : Map.of("x-queue-type", "classic"),
                arguments);
    }

    @Test
    @DisplayName("leaves out what another version made otherwise, and then only looks")
    void givesWay() {
        QueueDeclaration declaration = of("4.0.5", QueueType.QUORUM, false, Map.of());
        assertTrue(declaration.giveWay(refusal(406, "x-delivery-limit")));
        assertEquals(Map.of("x-queue-type", "quorum"), declaration.arguments());
        assertEquals(Map.of("x-queue-type", "quorum"), declaration.known());
        assertTrue(
                declaration.giveWay(
                        refusal(406, "x-delivery-limit", "the value '50' of type 'long'")));
        assertFalse(declaration.giveWay(refusal(406, "x-delivery-limit")), "it was not declared");
        assertEquals(
                Map.of("x-queue-type", "quorum", "x-delivery-limit", 50L), declaration.known());
    }

    @Test
    @DisplayName("does not put up with anything else")
    void standsFirm() {
        QueueDeclaration declaration =
                of("4.0.5", QueueType.QUORUM, false, Map.of("x-max-length", 5L));
        assertFalse(declaration.giveWay(refusal(406, "x-max-length")));
        assertFalse(declaration.giveWay(refusal(403, "x-delivery-limit")));
        QueueDeclaration limited =
                of("4.0.5", QueueType.QUORUM, false, Map.of("x-delivery-limit", 5L));
        assertFalse(limited.giveWay(refusal(406, "x-delivery-limit")), "somebody asked for it");
        assertEquals(Map.of("x-queue-type", "quorum", "x-delivery-limit", 5L), limited.known());
    }

    @Test
    @DisplayName("fails with what to do and the broker's words")
    void refusals() {
        TopologyException refusal = refusal(406, "durable");
        assertEquals("cannot (hint 406)", refusal.getMessage());
        assertEquals("durable", refusal.difference());
        assertTrue(refusal.words().startsWith("inequivalent arg"));
        assertEquals(
                "cannot",
                TopologyException.of("cannot", (c, words) -> "hint", new IOException("late"))
                        .getMessage());
    }
}
