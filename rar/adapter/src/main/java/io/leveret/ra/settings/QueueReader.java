package io.leveret.ra.settings;

import static io.leveret.ra.settings.Setting.QUEUES;
import static io.leveret.ra.settings.Setting.QUEUE_OPTIONS;

import io.leveret.ra.settings.FactoryTopology.NamedQueue;
import io.leveret.ra.settings.InboundSettings.Order;
import io.leveret.ra.settings.TopologySettings.Queue;
import io.leveret.ra.settings.TopologySettings.QueueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads how queues are declared. A contradiction that a broker would refuse, or take without doing
 * it, is an error here. Stateless but for the errors that it notes.
 */
final class QueueReader {

    private static final String KNOWN = "type, durable, exclusive, auto-delete, mode, ";
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
     * @param stream whether it is to be a stream: somebody has said where to begin in it
     */
    Queue read(String text, boolean named, Order order, boolean stream) {
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
                order,
                stream);
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
                all.add(new NamedQueue(name, queue(said, brackets, true, UNORDERED, false)));
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
        if (Names.isTooLong(name)) {
            said.wrong("has a name that is longer than the 255 bytes of AMQP", "use a shorter one");
        }
    }

    private Queue queue(
            Options said,
            Map<String, Object> brackets,
            boolean named,
            Order order,
            boolean asStream) {
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
        if (asStream && type >= 0 && type < 2) {
            said.wrong(
                    "type=" + (type == 0 ? "classic" : "quorum") + " contradicts streamOffset",
                    "remove one of them, or use type=stream");
        }
        if (type == 2 || type < 0 && asStream) {
            checkStream(said, named, onlyClassic, arguments);
            return new Queue(QueueType.STREAM, true, false, false, false, arguments);
        }
        for (String each : options(arguments, QueueOption::isOnlyForStreams)) {
            said.wrong("only streams have " + each, "remove it, or use type=stream");
        }
        if (type == 1 && !onlyClassic.isEmpty()) {
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

    /** What is wrong here, brokers refuse with 406. */
    private static void checkStream(
            Options said, boolean named, List<String> onlyClassic, Map<String, Object> arguments) {
        if (!named) {
            said.wrong(
                    "a queue without a destination belongs to its consumer, and no stream does",
                    "name the stream by destination");
            return;
        }
        Set<String> contradictions = new LinkedHashSet<>(onlyClassic);
        contradictions.removeIf(each -> each.startsWith("overflow"));
        contradictions.addAll(options(arguments, option -> !option.isForStreams()));
        if (!contradictions.isEmpty()) {
            said.wrong(
                    "a stream cannot have " + String.join(", ", contradictions),
                    "remove that, or use another type");
        }
    }

    private static List<String> options(
            Map<String, Object> arguments, Predicate<QueueOption> which) {
        return Arrays.stream(QueueOption.values())
                .filter(option -> which.test(option) && arguments.containsKey(option.argument()))
                .map(QueueOption::option)
                .toList();
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
