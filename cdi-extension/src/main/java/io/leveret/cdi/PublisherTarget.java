package io.leveret.cdi;

import io.leveret.MqPublisherOptions;
import io.leveret.MqTarget;
import io.leveret.MqTransactionMode;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where an injected publisher publishes to, expressions expanded. Immutable and serializable, so
 * that it survives passivation and needs no configuration afterwards.
 *
 * @param factories the JNDI names of the connection factory, the first one bound counts
 * @param options how it publishes
 */
record PublisherTarget(List<String> factories, MqPublisherOptions options) implements Serializable {

    /** AMQP sends names as short strings. */
    private static final int MAX_NAME_BYTES = 255;

    PublisherTarget {
        factories = List.copyOf(factories);
    }

    /**
     * Reads an injection point's target.
     *
     * @param target the annotation, null when there is none
     * @throws BadTargetException with all problems when it cannot be used
     */
    static PublisherTarget of(MqTarget target, Settings settings) throws BadTargetException {
        List<String> problems = new ArrayList<>();
        List<String> factories = factories(target, settings, problems);
        MqPublisherOptions options = options(target, settings, problems);
        if (!problems.isEmpty()) {
            throw new BadTargetException(problems);
        }
        return new PublisherTarget(factories, options);
    }

    private static List<String> factories(
            MqTarget target, Settings settings, List<String> problems) {
        String own = target == null ? "" : target.connectionFactory();
        if (own.isBlank()) {
            return collect(settings::defaultFactories, List.of(), problems);
        }
        String name = collect(() -> settings.expand(own).strip(), own, problems);
        if (name.isEmpty()) {
            problems.add("connectionFactory = \"" + own + "\" expands to nothing: name one");
        }
        return List.of(name);
    }

    private static MqPublisherOptions options(
            MqTarget target, Settings settings, List<String> problems) {
        MqPublisherOptions options = MqPublisherOptions.defaults();
        if (target == null) {
            return options;
        }
        String exchange = name("exchange", target.exchange(), settings, problems);
        String routingKey = name("routingKey", target.routingKey(), settings, problems);
        // Both empty means that each call names its destination; the default exchange alone, with
        // no queue to route to, would be no target.
        if (!exchange.isEmpty() || !routingKey.isEmpty()) {
            options = options.withExchange(exchange);
        }
        if (!routingKey.isEmpty()) {
            options = options.withRoutingKey(routingKey);
        }
        return options(target, options, problems);
    }

    private static MqPublisherOptions options(
            MqTarget target, MqPublisherOptions named, List<String> problems) {
        MqPublisherOptions options = named.withUnconfirmed(target.unconfirmed());
        MqTransactionMode[] modes = target.transactionMode();
        if (modes.length > 1) {
            problems.add(
                    "transactionMode = "
                            + Arrays.toString(modes)
                            + " is contradictory: give one, or none for the connection factory's");
        } else if (modes.length == 1) {
            MqTransactionMode mode = modes[0];
            MqPublisherOptions before = options;
            options = collect(() -> before.withTransactionMode(mode), before, problems);
        }
        return options;
    }

    private static String name(
            String member, String value, Settings settings, List<String> problems) {
        String expanded = collect(() -> settings.expand(value), value, problems);
        int bytes = expanded.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_NAME_BYTES) {
            problems.add(
                    member + " has " + bytes + " bytes: AMQP allows at most " + MAX_NAME_BYTES);
        }
        return expanded;
    }

    private static <T> T collect(Supplier<T> value, T otherwise, List<String> problems) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
            return otherwise;
        }
    }

    /** A target that contradicts itself or cannot be expanded. */
    static final class BadTargetException extends Exception {

        private static final long serialVersionUID = 1L;

        /** Each with its fix; an ArrayList because exceptions are serializable. */
        private final ArrayList<String> problems;

        BadTargetException(List<String> problems) {
            super(String.join("; ", problems));
            this.problems = new ArrayList<>(problems);
        }

        List<String> problems() {
            return List.copyOf(problems);
        }
    }
}
