package io.leveret.ra.topology;

import com.rabbitmq.client.Channel;
import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.settings.RetrySettings;
import io.leveret.ra.settings.TopologySettings.Queue;
import io.leveret.ra.settings.TopologySettings.QueueType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How one queue is declared on one version of the broker, over several attempts: some arguments
 * depend on the version, and a queue that was made under another one, or by somebody else, must not
 * be refused for those.
 *
 * <pre>{@code
 *        406 about one of these        406 about one of these
 * FULL -----------------------> LESS -----------------------> LOOKING: passively
 *  | made, or the same           | the same                    | it is there
 *  +-----------------------------+--------------> DONE <-------+
 * }</pre>
 *
 * <p>One that has to delay what is rejected is never looked at passively: that would not show it.
 *
 * <p>For one subscribe; not thread-safe.
 */
final class QueueDeclaration {

    static final String TYPE = "x-queue-type";
    static final String MODE = "x-queue-mode";
    static final String DELIVERY_LIMIT = "x-delivery-limit";

    private static final long UNLIMITED = -1;

    /** What the broker says that the queue has, in place of "none". */
    private static final Pattern CURRENT =
            Pattern.compile("but current is (?:the value )?'(-?\\w{1,18})'");

    private final String name;
    private final Queue queue;
    private final Map<String, Object> versioned = new LinkedHashMap<>();
    private final Set<String> given = new LinkedHashSet<>();
    private final Map<String, String> differences = new LinkedHashMap<>();
    private boolean looking;

    /**
     * Plans it.
     *
     * @param name the queue's name, empty to get one from the broker
     */
    QueueDeclaration(String name, Queue queue, BrokerVersion version) {
        this.name = name;
        this.queue = queue;
        this.given.addAll(queue.arguments().keySet());
        if (queue.type() == QueueType.QUORUM && version.isAtLeast(4, 0)) {
            // Else it is 20, and then the message is gone; on 3.x, where there is none, -1 means 0.
            versioned.put(DELIVERY_LIMIT, UNLIMITED);
        }
        if (queue.lazy() && !version.isAtLeast(3, 12)) {
            versioned.put(MODE, "lazy"); // later ones are so anyway, and ignore the argument
        }
        versioned.keySet().removeAll(given);
    }

    /** Makes an attempt; gives the queue's name. */
    String run(Channel channel) throws IOException {
        if (looking) {
            return channel.queueDeclarePassive(name).getQueue();
        }
        return channel.queueDeclare(
                        name, queue.durable(), queue.exclusive(), queue.autoDelete(), arguments())
                .getQueue();
    }

    /** The arguments of the next attempt. */
    Map<String, Object> arguments() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put(TYPE, queue.type() == QueueType.QUORUM ? "quorum" : "classic");
        all.putAll(queue.arguments());
        all.putAll(versioned);
        return all;
    }

    /**
     * Takes in that the broker knows the queue otherwise.
     *
     * @return whether another attempt makes sense
     */
    boolean giveWay(TopologyException refusal) {
        String about = refusal.difference();
        if (about == null
                || looking
                || given.contains(about)
                || !List.of(MODE, DELIVERY_LIMIT).contains(about)) {
            return false;
        }
        boolean again = differences.put(about, refusal.words()) != null;
        if (queue.arguments().keySet().stream()
                .noneMatch(argument -> argument.startsWith(RetrySettings.DELAYED_RETRY))) {
            looking = versioned.remove(about) == null;
            return true;
        }
        // A look would not show whether it delays what is rejected: declared as it is, it does.
        Matcher current = CURRENT.matcher(refusal.words());
        versioned.remove(about);
        if (current.find()) {
            versioned.put(about, Long.valueOf(current.group(1)));
        }
        return !again;
    }

    /** The arguments that the queue has, as far as they are known. */
    Map<String, Object> known() {
        Map<String, Object> all = arguments();
        differences.forEach(
                (argument, words) -> {
                    Matcher current = CURRENT.matcher(words);
                    if (!current.find()) {
                        all.remove(argument); // it has none
                    } else if (argument.equals(DELIVERY_LIMIT)) {
                        all.put(argument, Long.valueOf(current.group(1)));
                    } else {
                        all.put(argument, current.group(1));
                    }
                });
        return all;
    }
}
