package io.leveret.ra.settings;

/**
 * Reads how an activation receives: its queue and what is declared, how many at a time, in which
 * order, and (by a {@link RetryReader}) what becomes of failures. Settings that contradict each
 * other are errors here. Stateless but for the errors that it notes.
 */
final class InboundReader {

    private final SettingsReader reader;
    private final Problems problems;
    private final Level bean;
    private final Level adapter;
    private final Level outside;

    InboundReader(SettingsReader reader, Level bean, Level adapter, Level outside) {
        this.reader = reader;
        this.problems = reader.problems();
        this.bean = bean;
        this.adapter = adapter;
        this.outside = outside;
    }

    /** Reads the settings of one activation. */
    InboundSettings read() {
        String destination = bean.get(Setting.DESTINATION).orElse(null);
        TopologyMode mode = reader.oneOf(Setting.TOPOLOGY_MODE, TopologyMode.class);
        boolean named = bean.has(Setting.DESTINATION);
        if (!named && mode != TopologyMode.DECLARE) {
            problems.add(
                    Setting.DESTINATION,
                    null,
                    "is required",
                    "name the queue to consume from, or set topologyMode=DECLARE for one that the"
                            + " broker names");
        } else if (destination != null && Names.isTooLong(destination)) {
            problems.add(
                    Setting.DESTINATION,
                    destination,
                    "is longer than the 255 bytes that AMQP allows",
                    "use a shorter queue name");
        }
        AckMode ackMode =
                bean.has(Setting.ACK_MODE) ? reader.oneOf(Setting.ACK_MODE, AckMode.class) : null;
        boolean strict = reader.flag(Setting.STRICT_ORDER);
        boolean exclusive = reader.flag(Setting.EXCLUSIVE_CONSUMER);
        if (strict && ackMode != null && ackMode != AckMode.AFTER_SUCCESS) {
            problems.add(
                    Setting.ACK_MODE,
                    ackMode.name(),
                    "contradicts strictOrder, where the next message waits for the success of this one",
                    "remove one of them");
        }
        InboundSettings.Order order =
                new InboundSettings.Order(
                        strict, exclusive, reader.number(Setting.CONSUMER_PRIORITY));
        StreamReader streams = new StreamReader(problems);
        StreamOffset offset = streams.said(bean.get(Setting.STREAM_OFFSET).orElse(null));
        TopologySettings.Queue queue =
                new QueueReader(problems)
                        .read(
                                bean.get(Setting.QUEUE_OPTIONS).orElse(""),
                                named,
                                order,
                                offset != null);
        StreamOffset stream = streams.read(offset, queue, order, ackMode);
        TopologySettings topology = topology(mode, queue);
        String single = single(order, topology, stream);
        RetrySettings retry =
                new RetryReader(reader, bean).read(destination, strict, stream, topology);
        return new InboundSettings(
                named || mode != TopologyMode.DECLARE ? destination : "",
                single != null
                        ? one(Setting.MAX_SESSION, single)
                        : reader.number(Setting.MAX_SESSION),
                strict ? one(Setting.PREFETCH, single) : reader.number(Setting.PREFETCH),
                retry,
                ackMode,
                order,
                reader.time(Setting.STUCK_THRESHOLD),
                topology.with(retry.queueArguments()),
                stream);
    }

    /** Gives why there may be one session only, null when there may be more. */
    private static String single(
            InboundSettings.Order order, TopologySettings topology, StreamOffset stream) {
        if (order.strict()) {
            return Setting.STRICT_ORDER.property();
        }
        if (order.exclusive()) {
            return Setting.EXCLUSIVE_CONSUMER.property();
        }
        if (topology.isTiedToConnection()) {
            return "a queue that belongs to one connection";
        }
        return stream != null ? "a stream, of which each session would get all" : null;
    }

    /** What order needs is 1, whatever the default says; only the bean itself can contradict. */
    private int one(Setting setting, String because) {
        reader.number(setting);
        if (bean.has(setting) && reader.number(setting) != 1) {
            problems.add(
                    setting, reader.text(setting), "contradicts " + because, "remove it, or use 1");
        }
        return 1;
    }

    /** Reads it; the queue is how it would be declared, null in no other mode than NONE. */
    private TopologySettings topology(TopologyMode mode, TopologySettings.Queue queue) {
        TopologyReader parts = new TopologyReader(problems);
        parts.checkUsed(mode, bean, adapter, outside);
        return new TopologySettings(
                mode,
                parts.exchanges(bean.get(Setting.EXCHANGES).orElse("")),
                mode == TopologyMode.DECLARE ? queue : null,
                parts.bindings(bean.get(Setting.BINDINGS).orElse("")),
                new TopologySettings.Checks(
                        reader.oneOf(Setting.VERIFICATION, Verification.class),
                        new ManagementReader(problems).read(bean, adapter, outside)));
    }

    /** Checks the resource adapter's defaults of the inbound settings. */
    void readDefaults() {
        reader.number(Setting.MAX_SESSION);
        reader.number(Setting.PREFETCH);
        reader.oneOf(Setting.TOPOLOGY_MODE, TopologyMode.class);
        TopologySettings none = topology(TopologyMode.NONE, null);
        new RetryReader(reader, bean).read("", false, null, none);
        reader.time(Setting.STUCK_THRESHOLD);
    }
}
