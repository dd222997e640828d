package io.leveret.ra.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The write gate keeps from the client's handler")
class WriteGateTest {

    private final List<Throwable> seen = new ArrayList<>();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(
                    new WriteGate(),
                    new ChannelInboundHandlerAdapter() {
                        @Override
                        public void exceptionCaught(ChannelHandlerContext context, Throwable e) {
                            seen.add(e);
                        }
                    });

    @Test
    @DisplayName("a failure before its first write, and closes the channel instead")
    void earlyFailure() {
        channel.pipeline().fireExceptionCaught(new IOException("reset"));

        assertEquals(List.of(), seen);
        assertFalse(channel.isOpen());
    }

    @Test
    @DisplayName("no later failure")
    void laterFailure() {
        IOException reset = new IOException("reset");
        channel.writeOutbound("header");

        channel.pipeline().fireExceptionCaught(reset);

        assertEquals(List.of(reset), seen);
        assertTrue(channel.isOpen());
    }

    @Test
    @DisplayName("no more than the socket takes, and calls again when it has taken it")
    void fullSocket() {
        WriteGate gate = channel.pipeline().get(WriteGate.class);
        List<String> again = new ArrayList<>();
        assertTrue(gate.takesMore(() -> again.add("not full")));

        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        channel.runPendingTasks();
        assertFalse(gate.takesMore(() -> again.add("full")));
        assertEquals(List.of(), again);

        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        assertEquals(List.of("full"), again);
        assertTrue(gate.takesMore(() -> again.add("no more")));
    }
}
