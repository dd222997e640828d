package io.leveret.ra.settings;

import static io.leveret.ra.settings.Setting.BINDINGS;
import static io.leveret.ra.settings.Setting.EXCHANGES;
import static io.leveret.ra.settings.Setting.QUEUES;
import static io.leveret.ra.settings.Setting.QUEUE_OPTIONS;
import static io.leveret.ra.settings.Setting.TOPOLOGY_MODE;

import io.leveret.ra.settings.FactoryTopology.QueueBinding;
import io.leveret.ra.settings.TopologySettings.Binding;
import io.leveret.ra.settings.TopologySettings.Exchange;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Reads what an activation, or a connection factory, wants to be there. Stateless but for the
 * errors that it notes.
 */
final class TopologyReader {

    private static final String ALTERNATE = "alternate-exchange";

    private final Problems problems;

    TopologyReader(Problems problems) {
        this.problems = problems;
    }

    /** Notes properties of a bean that would be ignored, unless somebody has chosen NONE. */
    void checkUsed(TopologyMode mode, Level bean, Level adapter, Level outside) {
        boolean chosen = Stream.of(bean, adapter, outside).anyMatch(l -> l.has(TOPOLOGY_MODE));
        Set<Setting> idle = EnumSet.of(EXCHANGES, QUEUES, QUEUE_OPTIONS, BINDINGS);
        idle.removeIf(setting -> !bean.has(setting));
        if (mode == TopologyMode.NONE && !chosen && !idle.isEmpty()) {
            problems.add(
                    TOPOLOGY_MODE,
                    null,
                    "means NONE, where nobody looks at " + Problems.names(idle),
                    "set DECLARE, or PASSIVE to check only, or NONE to ignore them");
        }
    }

    /** Reads what a connection factory wants. */
    FactoryTopology factory(TopologyMode mode, Level bean) {
        return read(
                mode,
                bean.get(EXCHANGES).orElse(""),
                bean.get(QUEUES).orElse(""),
                bean.get(BINDINGS).orElse(""));
    }

    FactoryTopology read(TopologyMode mode, String exchanges, String queues, String bindings) {
        return new FactoryTopology(
                mode,
                exchanges(exchanges),
                new QueueReader(problems).list(queues),
                queueBindings(bindings));
    }

    // --- exchanges ---

    List<Exchange> exchanges(String text) {
        List<Exchange> all = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Notation in = new Notation(text);
        try {
            while (!in.isAtEnd()) {
                String name = in.name("the name of an exchange");
                Map<String, Object> options = in.options();
                Map<String, Object> arguments = in.arguments();
                in.endEntry();
                checkExchangeName(text, name);
                if (!names.add(name)) {
                    problems.add(EXCHANGES, text, "names '" + name + "' twice", "name it once");
                }
                all.add(exchange(text, name, options, arguments));
            }
        } catch (Notation.MalformedException e) {
            malformed(EXCHANGES, text, e, "orders type=topic; audit type=fanout durable=false");
        }
        return all;
    }

    private void checkExchangeName(String text, String name) {
        checkName(EXCHANGES, text, name);
        if (name.startsWith("amq.") || name.isEmpty()) {
            problems.add(
                    EXCHANGES,
                    text,
                    "'" + name + "' is an exchange of the broker's own",
                    "leave it out; bindings may name it without");
        }
    }

    private Exchange exchange(
            String text, String name, Map<String, Object> options, Map<String, Object> arguments) {
        Options said = new Options(problems, EXCHANGES, text, "'" + name + "'", options);
        String type = said.text("type", "direct");
        boolean durable = said.flag("durable", true);
        boolean autoDelete = said.flag("auto-delete", false);
        boolean internal = said.flag("internal", false);
        Map<String, Object> all = new LinkedHashMap<>();
        String alternate = said.text(ALTERNATE, null);
        if (alternate != null) {
            all.put(ALTERNATE, alternate);
        }
        said.refuseOthers("type, durable, auto-delete, internal, " + ALTERNATE);
        said.join(all, arguments);
        return new Exchange(name, type, durable, autoDelete, internal, all);
    }

    // --- bindings ---

    /** Reads what one queue is bound to. */
    List<Binding> bindings(String text) {
        List<Binding> all = new ArrayList<>();
        readBindings(
                text,
                in -> "",
                "orders: order.*, payment.#; hdrs: [x-match=all, kind=a]",
                (queue, binding) -> all.add(binding));
        return all;
    }

    /** Reads which queue is bound to what. */
    List<QueueBinding> queueBindings(String text) {
        List<QueueBinding> all = new ArrayList<>();
        readBindings(
                text,
                in -> in.arrowTo("the name of a queue"),
                "shop -> orders: order.*, payment.#; audit -> log",
                (queue, binding) -> {
                    checkName(BINDINGS, text, queue);
                    all.add(new QueueBinding(queue, binding));
                });
        return all;
    }

    /** Reads which queue an entry means. */
    private interface QueueName {
        String read(Notation in) throws Notation.MalformedException;
    }

    private void readBindings(
            String text, QueueName queueName, String example, BiConsumer<String, Binding> found) {
        Notation in = new Notation(text);
        try {
            while (!in.isAtEnd()) {
                String exchange = in.name("the name of an exchange");
                checkName(BINDINGS, text, exchange);
                if (exchange.isEmpty()) {
                    problems.add(
                            BINDINGS,
                            text,
                            "every queue is bound to the default exchange already",
                            "leave '' out");
                }
                String queue = queueName.read(in);
                if (in.takes(':')) {
                    do {
                        found.accept(queue, binding(text, in, exchange));
                    } while (in.takes(','));
                } else {
                    found.accept(queue, new Binding(exchange, "", Map.of()));
                }
                in.endEntry();
            }
        } catch (Notation.MalformedException e) {
            malformed(BINDINGS, text, e, example);
        }
    }

    private Binding binding(String text, Notation in, String exchange)
            throws Notation.MalformedException {
        String key = in.hasArguments() ? "" : in.key();
        checkName(BINDINGS, text, key);
        return new Binding(exchange, key, in.arguments());
    }

    // --- errors ---

    private void checkName(Setting setting, String text, String name) {
        if (Names.isTooLong(name)) {
            problems.add(
                    setting,
                    text,
                    "has a name or key that is longer than the 255 bytes that AMQP allows",
                    "use a shorter one");
        }
    }

    private void malformed(
            Setting setting, String text, Notation.MalformedException e, String example) {
        problems.add(
                setting,
                text,
                e.getMessage(),
                "write it as in \"" + example + "\"; '...' around what has such characters");
    }
}
