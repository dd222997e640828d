package io.leveret.ra.settings;

import static io.leveret.ra.settings.StreamOffset.Kind.NEXT;

import io.leveret.ra.settings.InboundSettings.Order;
import io.leveret.ra.settings.TopologySettings.Queue;
import io.leveret.ra.settings.TopologySettings.QueueType;

/** Reads whether a stream is consumed, and from where. Stateless but for the errors it notes. */
final class StreamReader {

    private final Problems problems;

    StreamReader(Problems problems) {
        this.problems = problems;
    }

    /** Reads where to begin; gives null when that is not said. */
    StreamOffset said(String text) {
        StreamOffset said = text == null ? null : StreamOffset.of(text);
        if (text != null && said == null) {
            problems.add(
                    Setting.STREAM_OFFSET,
                    text,
                    "is no place in a stream",
                    "use " + StreamOffset.RANGE);
            return new StreamOffset(NEXT, 0);
        }
        return said;
    }

    /**
     * Decides whether it is a stream, and notes what contradicts that.
     *
     * @param said where to begin, null when that is not said
     * @param queue how the destination is, or would be, declared
     * @return where to begin, null when it is a queue
     */
    StreamOffset read(StreamOffset said, Queue queue, Order order, AckMode ackMode) {
        if (said == null && queue.type() != QueueType.STREAM) {
            return null;
        }
        String stream = said == null ? "type=stream" : "streamOffset";
        if (order.strict()) {
            wrong(
                    Setting.STRICT_ORDER,
                    "true",
                    stream,
                    "remove it: a stream is consumed in its order, by one session, and a failed"
                            + " message is tried again in its place");
        }
        if (order.exclusive()) {
            wrong(
                    Setting.EXCLUSIVE_CONSUMER,
                    "true",
                    stream,
                    "remove it: every consumer of a stream gets all messages");
        }
        if (order.priority() != 0) {
            wrong(
                    Setting.CONSUMER_PRIORITY,
                    String.valueOf(order.priority()),
                    stream,
                    "remove it: every consumer of a stream gets all messages");
        }
        if (ackMode == AckMode.MANUAL) {
            wrong(
                    Setting.ACK_MODE,
                    ackMode.name(),
                    stream,
                    "use an MqMessageListener: a stream takes nothing back");
        }
        return said != null ? said : new StreamOffset(NEXT, 0);
    }

    private void wrong(Setting setting, String value, String stream, String fix) {
        problems.add(setting, value, "contradicts " + stream, fix);
    }
}
