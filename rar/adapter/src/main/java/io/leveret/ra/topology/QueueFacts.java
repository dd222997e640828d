package io.leveret.ra.topology;

import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.settings.RetrySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is known of a queue, and what follows from it.
 *
 * @param shown how messages name it
 * @param type classic, quorum or stream
 * @param durable whether it outlives the broker
 * @param exclusive whether it belongs to one connection
 * @param arguments what it was declared with
 * @param policy what policies set, without the {@code x-} of arguments; null when it is not known
 * @param version the broker's
 */
record QueueFacts(
        String shown,
        String type,
        boolean durable,
        boolean exclusive,
        Map<String, Object> arguments,
        Map<String, Object> policy,
        BrokerVersion version) {

    private static final long USUAL_LIMIT = 20;

    /** What should be mended: each with what will happen and what to do. */
    List<String> findings() {
        List<String> all = new ArrayList<>();
        if (type.equals("stream")) {
            all.add(
                    shown
                            + " is a stream: Leveret begins at its end whenever it subscribes, and"
                            + " misses what came meanwhile; use a quorum queue");
        }
        if (type.equals("quorum")) {
            limited(all);
        }
        if ("at-least-once".equals(effective("dead-letter-strategy"))
                && !"reject-publish".equals(effective("overflow"))) {
            all.add(
                    shown
                            + " may lose what it dead-letters, because dead-letter-strategy"
                            + "=at-least-once needs overflow=reject-publish; set that too");
        }
        if (!durable && !exclusive) {
            all.add(
                    shown
                            + " is gone after a restart of the broker, and brokers from 4.3 on may"
                            + " refuse such a queue; declare it durable");
        }
        if (arguments.containsKey(RetrySettings.DELAYED_RETRY + "type") && isDelayedByPolicy()) {
            all.add(
                    shown
                            + " may not delay what is rejected as it was declared to, because a"
                            + " policy sets delayed-retry-*, which outdoes that; remove it");
        }
        outdated(all);
        return all;
    }

    private boolean isDelayedByPolicy() {
        return policy != null
                && policy.keySet().stream()
                        .anyMatch(name -> ("x-" + name).startsWith(RetrySettings.DELAYED_RETRY));
    }

    private void limited(List<String> all) {
        long limit = deliveryLimit();
        if (limit >= 0 && effective("dead-letter-exchange") == null) {
            all.add(
                    shown
                            + " drops a message after "
                            + limit
                            + " failed attempts, because it has that delivery limit and no"
                            + " dead-letter exchange"
                            + (policy == null
                                    ? ", unless a policy that is not known here says otherwise"
                                    : "")
                            + "; "
                            + (version.isAtLeast(4, 0)
                                    ? "set delivery-limit=-1 or dead-letter-exchange by a policy,"
                                            + " or have it declared anew"
                                    : "set dead-letter-exchange by a policy, or have it declared"
                                            + " anew without x-delivery-limit"));
        }
    }

    /** After how many failures a message is dropped or dead-lettered; negative for never. */
    private long deliveryLimit() {
        Long ofArgument = number(arguments.get(QueueDeclaration.DELIVERY_LIMIT));
        Long ofPolicies = number(ofPolicy("delivery-limit"));
        boolean four = version.isAtLeast(4, 0);
        if (ofArgument == null && ofPolicies == null) {
            return four ? USUAL_LIMIT : -1;
        }
        long one = Objects.requireNonNullElse(ofArgument, ofPolicies);
        long other = Objects.requireNonNullElse(ofPolicies, ofArgument);
        if (!four) {
            return Math.max(0, Math.min(one, other)); // -1 drops at the first failure there
        }
        return one < 0 || other < 0 ? Math.max(one, other) : Math.min(one, other);
    }

    static Long number(Object value) {
        return value instanceof Number number ? Long.valueOf(number.longValue()) : null;
    }

    /** What the queue has, by its arguments or by a policy, null when nothing says so. */
    Object effective(String name) {
        Object argument = arguments.get("x-" + name);
        return argument != null ? argument : ofPolicy(name);
    }

    /** In milliseconds; null when neither its arguments nor a policy say, or are heard. */
    Long consumerTimeout() {
        Long ofArgument = number(arguments.get("x-consumer-timeout"));
        Long ofPolicies = number(ofPolicy("consumer-timeout"));
        if (!version.isAtLeast(3, 12) || ofArgument == null && ofPolicies == null) {
            return null;
        }
        return Math.min(
                Objects.requireNonNullElse(ofArgument, ofPolicies),
                Objects.requireNonNullElse(ofPolicies, ofArgument));
    }

    private Object ofPolicy(String name) {
        return policy == null ? null : policy.get(name);
    }

    private void outdated(List<String> all) {
        if (version.isAtLeast(4, 3)) {
            return;
        }
        if (Long.valueOf(1).equals(number(arguments.get("x-queue-version")))) {
            all.add(outdated("x-queue-version=1", "remove it"));
        }
        if (arguments.containsKey("x-queue-master-locator")) {
            all.add(
                    outdated(
                            "x-queue-master-locator",
                            "set queue-leader-locator by a policy instead"));
        }
    }

    private String outdated(String argument, String fix) {
        return shown
                + " has the argument "
                + argument
                + ", which RabbitMQ 4.3 refuses to declare; "
                + fix;
    }
}
