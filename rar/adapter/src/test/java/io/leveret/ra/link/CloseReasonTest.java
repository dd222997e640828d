package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The reason of a close")
final class CloseReasonTest {

    private static final CloseReason NONE = new CloseReason(false, 0, 0, 0, "");

    private static ShutdownSignalException signal(Method reason) {
        return new ShutdownSignalException(false, false, reason, null);
    }

    private static Method ofChannel(int code, int classId, int methodId) {
        return new AMQP.Channel.Close.Builder()
                .replyCode(code)
                .replyText("as the broker says")
                .classId(classId)
                .methodId(methodId)
                .build();
    }

    private static Method ofConnection(int code) {
        return new AMQP.Connection.Close.Builder()
                .replyCode(code)
                .replyText("as the broker says")
                .classId(60)
                .methodId(40)
                .build();
    }

    @Test
    @DisplayName("is found behind other exceptions, as the broker has said it")
    void behindOthers() {
        Throwable thrown =
                new IllegalStateException(new IOException(signal(ofChannel(406, 50, 10))));
        assertEquals(
                new CloseReason(true, 406, 50, 10, "as the broker says"), CloseReason.of(thrown));
        assertEquals(406, CloseReason.of(thrown).channelCode());
    }

    @Test
    @DisplayName("is found behind a signal that says nothing")
    void behindAnEmptySignal() {
        ShutdownSignalException empty = signal(null);
        empty.initCause(signal(ofChannel(404, 60, 20)));
        assertEquals(404, CloseReason.of(empty).code());
    }

    @Test
    @DisplayName("is remembered by a channel that is closed already")
    void closedAlready() {
        assertEquals(
                403,
                CloseReason.of(new AlreadyClosedException(signal(ofChannel(403, 60, 40))))
                        .channelCode());
    }

    @Test
    @DisplayName("of a connection has no channel's code, whatever method it names")
    void connection() {
        CloseReason reason = CloseReason.of(new IOException(signal(ofConnection(541))));
        assertEquals(new CloseReason(false, 541, 60, 40, "as the broker says"), reason);
        assertEquals(0, reason.channelCode());
        assertFalse(reason.isOfPublish());
    }

    @Test
    @DisplayName("is none when the peer was lost without a word, or nothing was closed")
    void none() {
        assertEquals(NONE, CloseReason.of(signal(null)));
        assertEquals(NONE, CloseReason.of(signal(new AMQP.Channel.CloseOk.Builder().build())));
        assertEquals(NONE, CloseReason.of(new IOException("reset")));
        assertEquals(NONE, CloseReason.of(null));
        assertEquals(0, NONE.channelCode());
        assertFalse(NONE.isOfPublish());
    }

    @ParameterizedTest
    @CsvSource({"60, 40, true", "60, 20, false", "50, 40, false", "0, 0, false"})
    @DisplayName("names the method that was refused")
    void publish(int classId, int methodId, boolean publish) {
        assertEquals(
                publish, CloseReason.of(signal(ofChannel(404, classId, methodId))).isOfPublish());
        assertTrue(CloseReason.of(signal(ofChannel(404, classId, methodId))).ofChannel());
    }
}
