package io.leveret.ra.settings;

import static io.leveret.ra.settings.Setting.QUEUES;
import static io.leveret.ra.settings.Setting.QUEUE_OPTIONS;

import io.leveret.ra.settings.FactoryTopology.NamedQueue;
import io.leveret.ra.settings.InboundSettings.Order;
import io.leveret.ra.settings.TopologySettings.Queue;
import io.leveret.ra.settings.TopologySettings.QueueType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads how queues are declared. A contradiction that a broker would refuse, or take without doing
 * it, is an error here. Stateless but for the errors that it notes.
 */
final class QueueReader {

    private static final String KNOWN = "type, durable, exclusive, auto-delete, mode, ";
    private static final int MOST_BYTES = 255;
    private static final Order UNORDERED = new Order(false, false, 0);
    private static final String SINGLE = QueueOption.SINGLE_ACTIVE_CONSUMER.argument();

    private final Problems problems;

    QueueReader(Problems problems) {
        this.problems = problems;
    }

    /**
     * Reads the options.
     *
     * @param text the property, empty when it is not set
     * @param named whether there is a destination; else the broker gives a name
     * @param order what the consumers want
     */
    Queue read(String text, boolean named, Order order) {
        Notation in = new Notation(text);
        Map<String, Object> options;
        Map<String, Object> brackets;
        try {
            options = in.options();
            brackets = in.arguments();
            in.endEntry();
            if (!in.isAtEnd()) {
                throw new Notation.MalformedException("has a second queue");
            }
        } catch (Notation.MalformedException e) {
            problems.add(
                    QUEUE_OPTIONS,
                    text,
                    e.getMessage(),
                    "write it as in \"type=quorum max-length=1000 [x-anything='5']\"");
            options = Map.of();
            brackets = Map.of();
        }
        return queue(
                new Options(problems, QUEUE_OPTIONS, text, "the queue", options),
                brackets,
                named,
                order);
    }

    /**
     * Reads several queues, each with its name.
     *
     * @param text the property, empty when it is not set
     */
    List<NamedQueue> list(String text) {
        List<NamedQueue> all = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Notation in = new Notation(text);
        try {
            while (!in.isAtEnd()) {
                String name = in.name("the name of a queue");
                Options said = new Options(problems, QUEUES, text, "'" + name + "'", in.options());
                Map<String, Object> brackets = in.arguments();
                in.endEntry();
                all.add(new NamedQueue(name, queue(said, brackets, true, UNORDERED)));
                checkName(said, name, names.add(name));
                if (all.get(all.size() - 1).queue().exclusive()) {
                    said.wrong(
                            "'" + name + "' cannot belong to a connection that publishes",
                            "remove exclusive");
                }
            }
        } catch (Notation.MalformedException e) {
            problems.add(
                    QUEUES,
                    text,
                    e.getMessage(),
                    "write it as in \"orders type=quorum; audit max-length=1000\"");
        }
        return all;
    }

    private static void checkName(Options said, String name, boolean isNew) {
        if (!isNew) {
            said.wrong("names '" + name + "' twice", "name it once");
        }
        if (name.isEmpty() || name.startsWith("amq.")) {
            said.wrong("'" + name + "' is a name that only the broker may give", "use another one");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            said.wrong("has a name that is longer than the 255 bytes of AMQP", "use a shorter one");
        }
    }

    private Queue queue(Options said, Map<String, Object> brackets, boolean named, Order order) {
        int type = said.word("type", "classic", "quorum", "stream");
        boolean exclusive = said.flag("exclusive", !named);
        boolean durable = said.flag("durable", !exclusive);
        boolean autoDelete = said.flag("auto-delete", !named);
        boolean lazy = said.word("mode", "default", "lazy") == 1;
        Map<String, Object> arguments = said.arguments();
        said.refuseOthers(KNOWN + QueueOption.names());
        refuseOwnArguments(said, brackets);
        said.join(arguments, brackets);
        if (!named && (!exclusive || !autoDelete)) {
            said.wrong(
                    "a queue without a destination belongs to its consumer",
                    "name it by destination, or remove exclusive=false and auto-delete=false");
        }
        List<String> onlyClassic = onlyClassic(exclusive, durable, autoDelete, lazy, arguments);
        if (type == 2) {
            said.wrong(
                    "Leveret does not consume streams: it would lose its place in them",
                    "use type=quorum");
        } else if (type == 1 && !onlyClassic.isEmpty()) {
            said.wrong(
                    "type=quorum contradicts " + String.join(", ", onlyClassic),
                    "remove one of them, or use type=classic");
        }
        boolean classic = type == 0 || type < 0 && !onlyClassic.isEmpty();
        checkDeadLetters(said, arguments, classic);
        orderly(said, arguments, order, exclusive);
        return new Queue(
                classic ? QueueType.CLASSIC : QueueType.QUORUM,
                durable,
                exclusive,
                autoDelete,
                lazy,
                arguments);
    }

    private static List<String> onlyClassic(
            boolean exclusive,
            boolean durable,
            boolean autoDelete,
            boolean lazy,
            Map<String, Object> arguments) {
        Map<String, Boolean> all = new LinkedHashMap<>();
        all.put("exclusive=true", exclusive);
        all.put("durable=false", !durable);
        all.put("auto-delete=true", autoDelete);
        all.put("mode=lazy", lazy);
        all.put("max-priority", arguments.containsKey(QueueOption.MAX_PRIORITY.argument()));
        all.put(
                "overflow=reject-publish-dlx",
                "reject-publish-dlx".equals(arguments.get(QueueOption.OVERFLOW.argument())));
        List<String> found = new ArrayList<>();
        all.forEach((what, is) -> found.addAll(is ? List.of(what) : List.of()));
        return found;
    }

    private static void refuseOwnArguments(Options said, Map<String, Object> brackets) {
        if (brackets.containsKey("x-queue-type")) {
            said.wrong("x-queue-type is an option", "use type");
        }
        if (brackets.containsKey("x-queue-mode")) {
            said.wrong("x-queue-mode depends on the broker's version", "use mode=lazy");
        }
        if (brackets.containsKey("x-queue-master-locator")) {
            said.wrong(
                    "x-queue-master-locator costs the connection on RabbitMQ 4.3, which refuses it",
                    "set queue-leader-locator by a policy");
        }
    }

    private static void checkDeadLetters(
            Options said, Map<String, Object> arguments, boolean classic) {
        String exchange = QueueOption.DEAD_LETTER_EXCHANGE.argument();
        Object strategy = arguments.get(QueueOption.DEAD_LETTER_STRATEGY.argument());
        boolean strict = "at-least-once".equals(strategy);
        if (!arguments.containsKey(exchange)) {
            if (strategy != null
                    || arguments.containsKey(QueueOption.DEAD_LETTER_ROUTING_KEY.argument())) {
                said.wrong(
                        "dead-letter-strategy and dead-letter-routing-key say where to nothing",
                        "set dead-letter-exchange too ('' is the default exchange)");
            }
        } else if (strict
                && !"reject-publish".equals(arguments.get(QueueOption.OVERFLOW.argument()))) {
            said.wrong(
                    "dead-letter-strategy=at-least-once is ignored by the broker without"
                            + " overflow=reject-publish",
                    "set that too");
        }
        Object limit = arguments.get(QueueOption.DELIVERY_LIMIT.argument());
        if (classic && (strategy != null || limit != null)) {
            said.wrong(
                    "only quorum queues have "
                            + (strategy != null ? "dead-letter-strategy" : "delivery-limit"),
                    "remove it, or use type=quorum and nothing that only classic queues have");
        }
        if (Long.valueOf(-1).equals(limit)) {
            arguments.remove(QueueOption.DELIVERY_LIMIT.argument()); // what is meant anyway
        }
    }

    /** With strict order one consumer of all servers has the queue, and the next one follows. */
    private static void orderly(
            Options said, Map<String, Object> arguments, Order order, boolean exclusive) {
        if (order.exclusive() && Boolean.TRUE.equals(arguments.get(SINGLE))) {
            said.wrong(
                    "single-active-consumer contradicts exclusiveConsumer, which brokers refuse"
                            + " beside it",
                    "remove one of them");
        }
        if (order.strict() && !order.exclusive() && !exclusive) {
            arguments.putIfAbsent(SINGLE, true);
        }
    }
}
