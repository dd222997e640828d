package io.leveret.ra.outbound;

import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.outbound.NotWrittenException.Kind;
import java.io.IOException;

/** Looks whether the headers of a message fit into one frame, which AMQP asks of them. */
final class HeaderSize {

    private HeaderSize() {}

    /**
     * Checks before the write: the client would notice when it has begun, and counted the publish.
     */
    static void check(Outgoing p, LinkChannel channel) throws NotWrittenException {
        if (p.properties().getHeaders() == null) {
            return;
        }
        try {
            int number = channel.client().getChannelNumber();
            int size = p.properties().toFrame(number, p.body().length).size();
            if (size > channel.frameMax()) {
                throw new NotWrittenException(
                        Kind.PERMANENT,
                        "the headers need "
                                + size
                                + " bytes, the negotiated frame holds "
                                + channel.frameMax(),
                        null);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new NotWrittenException(Kind.PERMANENT, "the headers cannot be encoded", e);
        }
    }
}
