package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.LongStringHelper;
import io.leveret.MqMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Translating messages")
final class AmqpMessagesTest {

    private static MqMessage received(AMQP.BasicProperties properties) {
        return AmqpMessages.toMessage(new Envelope(1, false, "x", "k"), properties, new byte[] {7});
    }

    @Test
    @DisplayName("keeps every property there and back")
    void roundTrip() {
        MqMessage sent =
                MqMessage.builder()
                        .body("b")
                        .contentType("text/plain")
                        .contentEncoding("utf-8")
                        .persistent(false)
                        .priority(3)
                        .correlationId("c")
                        .replyTo("r")
                        .expiration(Duration.ofMillis(1500))
                        .messageId("m")
                        .timestamp(Instant.ofEpochSecond(1_000_000))
                        .type("t")
                        .userId("u")
                        .appId("a")
                        .header("list", List.of("x", Map.of("n", 1)))
                        .header("at", Instant.ofEpochSecond(5))
                        .possibleDuplicate(true)
                        .build();
        MqMessage back = received(AmqpMessages.toProperties(sent));
        assertEquals("text/plain", back.contentType());
        assertEquals("utf-8", back.contentEncoding());
        assertFalse(back.persistent());
        assertEquals(3, back.priority());
        assertEquals("c", back.correlationId());
        assertEquals("r", back.replyTo());
        assertEquals(Duration.ofMillis(1500), back.expiration());
        assertEquals("m", back.messageId());
        assertEquals(Instant.ofEpochSecond(1_000_000), back.timestamp());
        assertEquals("t", back.type());
        assertEquals("u", back.userId());
        assertEquals("a", back.appId());
        assertEquals(sent.headers(), back.headers(), "the mark is no header of the application");
        assertTrue(back.possibleDuplicate());
        assertFalse(back.redelivered());
        assertEquals("x", back.exchange());
        assertEquals("k", back.routingKey());
    }

    @Test
    @DisplayName("turns the client's strings into Java's, at any depth")
    void longStrings() {
        LongString text = LongStringHelper.asLongString("ü");
        MqMessage m =
                received(
                        new AMQP.BasicProperties.Builder()
                                .headers(Map.of("h", List.of(text, Map.of("k", text))))
                                .build());
        assertEquals(List.of("ü", Map.of("k", "ü")), m.headers().get("h"));
    }

    @Test
    @DisplayName("never fails on what others send")
    void hostile() {
        MqMessage m =
                received(
                        new AMQP.BasicProperties.Builder()
                                .expiration("soon")
                                .priority(-4)
                                .headers(Map.of(AmqpMessages.POSSIBLE_DUPLICATE, "yes"))
                                .build());
        assertNull(m.expiration());
        assertNull(m.priority());
        assertFalse(m.possibleDuplicate());
    }

    @Test
    @DisplayName("refuses before the write what AMQP cannot encode")
    void refuses() {
        MqMessage type = MqMessage.builder().header("h", new Object()).build();
        MqMessage id = MqMessage.builder().messageId("ü".repeat(128)).build();
        MqMessage name = MqMessage.builder().header("h".repeat(256), 1).build();
        for (MqMessage m : List.of(type, id, name)) {
            assertThrows(IllegalArgumentException.class, () -> AmqpMessages.toProperties(m));
        }
        AmqpMessages.toProperties(MqMessage.builder().messageId("i".repeat(255)).build());
    }
}
