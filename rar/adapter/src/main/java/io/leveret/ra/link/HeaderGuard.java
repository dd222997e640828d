package io.leveret.ra.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;

/**
 * Keeps messages from the client that would cost it its connection. The client closes the
 * connection when it reads headers that are nested too deeply, the broker delivers the message
 * again on the next one, and so on: one message of anybody who may publish would stop all consumers
 * for good. RabbitMQ itself takes any depth.
 *
 * <p>The headers of such a message are replaced by a single one, {@link
 * AmqpMessages#UNREADABLE_HEADERS}, that holds the bytes of all of them, without the last few. All
 * else passes as it is.
 *
 * <p>It sits in the client's Netty pipeline before the client's own handler, where each buffer is
 * one frame: type (1 byte), channel (2), size of the payload (4), payload, end mark (1). The
 * payload of a content header is class (2), weight (2), size of the body (8), property flags (2),
 * and the properties that are flagged, of which the headers are the third. Source: AMQP 0-9-1,
 * sections 4.2.3 and 4.2.6; the types of values as in RabbitMQ's errata, section 3.
 */
final class HeaderGuard extends ChannelInboundHandlerAdapter {

    /** What amqp-client reads: its ValueReader.MAX_FIELD_VALUE_NESTING_DEPTH. */
    private static final int DEEPEST = 32;

    /** What of headers that nearly fill a frame is left out, so that a copy can have an id. */
    private static final int ROOM = 1_024;

    private static final int LARGE = 32_768;

    private static final int HEADER_FRAME = 2;
    private static final int FRAME_HEAD = 7;
    private static final int FLAGS = FRAME_HEAD + 12;
    private static final int HAS_CONTENT_TYPE = 1 << 15;
    private static final int HAS_CONTENT_ENCODING = 1 << 14;
    private static final int HAS_HEADERS = 1 << 13;

    /** A table or an array takes at least its type and its size. */
    private static final int SMALLEST_SUSPECT = FLAGS + 2 + DEEPEST * 5;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf frame
                && frame.readableBytes() > SMALLEST_SUSPECT
                && frame.getByte(frame.readerIndex()) == HEADER_FRAME) {
            int headers = headers(frame);
            if (headers > 0 && isTooDeep(frame, headers)) {
                context.fireChannelRead(replaced(context, frame, headers));
                return;
            }
        }
        context.fireChannelRead(message);
    }

    /** Returns the index of the size of the headers, or 0 when there are none. */
    private static int headers(ByteBuf frame) {
        int at = frame.readerIndex() + FLAGS;
        int flags = frame.getUnsignedShort(at);
        at += 2;
        if ((flags & HAS_HEADERS) == 0) {
            return 0;
        }
        for (int each : new int[] {HAS_CONTENT_TYPE, HAS_CONTENT_ENCODING}) {
            if ((flags & each) != 0) {
                at += 1 + frame.getUnsignedByte(at);
            }
        }
        return at;
    }

    /** What is malformed in any other way is left to the client. */
    private static boolean isTooDeep(ByteBuf frame, int headers) {
        try {
            return new Scan(frame).table(headers, 0) < 0;
        } catch (IndexOutOfBoundsException e) {
            return false;
        }
    }

    /** Walks through values without reading them; each method returns the index behind, or -1. */
    private static final class Scan {

        private final ByteBuf frame;

        Scan(ByteBuf frame) {
            this.frame = frame;
        }

        int table(int from, int depth) {
            return fields(from, depth, true);
        }

        private int fields(int from, int depth, boolean named) {
            if (depth > DEEPEST) {
                return -1;
            }
            int at = from + 4;
            int end = at + frame.getInt(from);
            if (end < at || end > frame.writerIndex()) {
                throw new IndexOutOfBoundsException("a size beyond the frame");
            }
            while (at >= 0 && at < end) {
                int value = named ? at + 1 + frame.getUnsignedByte(at) : at;
                at = value(value, depth + 1);
            }
            return at;
        }

        private int value(int from, int depth) {
            int at = from + 1;
            return switch (frame.getByte(from)) {
                case 'F' -> fields(at, depth, true);
                case 'A' -> fields(at, depth, false);
                case 'S', 'x' -> skip(at);
                case 'V' -> at;
                case 't', 'b', 'B' -> at + 1;
                case 's', 'u' -> at + 2;
                case 'I', 'i', 'f' -> at + 4;
                case 'D' -> at + 5;
                case 'l', 'd', 'T' -> at + 8;
                default -> throw new IndexOutOfBoundsException("an unknown type");
            };
        }

        private int skip(int from) {
            int size = frame.getInt(from);
            if (size < 0) {
                throw new IndexOutOfBoundsException("a size beyond the frame");
            }
            return from + 4 + size;
        }
    }

    /** Releases the frame. The new one is not larger: it might not fit into a frame any more. */
    private static ByteBuf replaced(ChannelHandlerContext context, ByteBuf frame, int headers) {
        try {
            byte[] name = AmqpMessages.UNREADABLE_HEADERS.getBytes(StandardCharsets.US_ASCII);
            int size = frame.getInt(headers);
            int kept = size - (1 + name.length + 1 + 4) - (size > LARGE ? ROOM : 0);
            ByteBuf fresh = context.alloc().buffer(frame.readableBytes());
            fresh.writeBytes(frame, frame.readerIndex(), headers - frame.readerIndex());
            fresh.writeInt(1 + name.length + 1 + 4 + kept);
            fresh.writeByte(name.length).writeBytes(name).writeByte('x').writeInt(kept);
            fresh.writeBytes(frame, headers + 4, kept);
            int behind = headers + 4 + size;
            fresh.writeBytes(frame, behind, frame.writerIndex() - behind);
            return fresh.setInt(3, fresh.readableBytes() - FRAME_HEAD - 1);
        } finally {
            frame.release();
        }
    }
}
