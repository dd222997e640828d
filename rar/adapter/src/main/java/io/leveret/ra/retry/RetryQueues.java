package io.leveret.ra.retry;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import io.leveret.ra.link.BrokerVersion;
import io.leveret.ra.link.CloseReason;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.settings.RetrySettings;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The wait queues of one destination, one for each delay, and its parking queue: their names, and
 * that they exist.
 *
 * <p>A wait queue is as safe as a queue can be: a quorum queue whose messages, after their time to
 * live, are dead-lettered at least once, over the default exchange and so to the destination alone.
 * That needs {@code reject-publish}, for a queue that is full would drop its oldest otherwise. All
 * are permanent: the broker does not dead-letter what is in a queue that expires.
 *
 * <p>A queue that exists with other arguments is taken as it is; nothing is deleted. Thread-safe;
 * the monitor is held during round trips, so that a queue is declared by one thread only.
 */
final class RetryQueues {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** A refusal costs a channel: how long it is taken for granted. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** Gives a channel that may be closed by the broker without harm to others. */
    interface Channels {
        LinkChannel open(Deadline deadline) throws LinkUnavailableException, InterruptedException;
    }

    /** Hears of a queue that is missing and cannot be declared, or is not as it should be. */
    interface Listener {
        void trouble(String queue, String what, Throwable cause);
    }

    private final String destination;
    private final RetrySettings settings;
    private final Channels channels;
    private final Listener listener;
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> refused = new ConcurrentHashMap<>();

    RetryQueues(String destination, RetrySettings settings, Channels channels, Listener listener) {
        this.destination = destination;
        this.settings = settings;
        this.channels = channels;
        this.listener = listener;
    }

    /** Names the wait queue of a delay. */
    String waitQueue(Duration delay) {
        return RetrySettings.waitQueue(destination, delay);
    }

    String parkingQueue() {
        return settings.parkingQueue();
    }

    /** Sees to it that all of them exist, as far as that is allowed. */
    void ensureAll() {
        if (settings.usesWaitQueues()) {
            settings.delays().stream().distinct().map(this::waitQueue).forEach(this::ensure);
        }
        if (settings.parks()) {
            ensure(parkingQueue());
        }
    }

    /** Looks again before the next use. */
    void forget(String queue) {
        known.remove(queue);
    }

    /**
     * Sees to it that a queue exists; blocks for a few round trips, unless it is known to exist, or
     * was refused a moment ago.
     */
    void ensure(String queue) {
        if (isSettled(queue)) {
            return;
        }
        synchronized (this) {
            if (isSettled(queue)) {
                return;
            }
            try {
                declare(queue);
                known.add(queue);
                refused.remove(queue);
            } catch (LinkUnavailableException e) {
                return; // the link says itself that it is down; the next use asks again
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException | RuntimeException e) {
                refused(queue, e);
            }
        }
    }

    private boolean isSettled(String queue) {
        Long at = refused.get(queue);
        return known.contains(queue) || at != null && System.nanoTime() - at < PAUSE.toNanos();
    }

    private void refused(String queue, Exception e) {
        int code = CloseReason.of(e).channelCode();
        if (code == 0) {
            return; // the link was lost, which it says itself; the next use asks again
        }
        boolean again = refused.put(queue, System.nanoTime()) != null;
        if (code == AMQP.PRECONDITION_FAILED && exists(queue)) {
            known.add(queue);
            listener.trouble(
                    queue,
                    "exists with other arguments than ours and is taken as it is; see to it that it"
                            + " is as safe, or delete it when it is empty",
                    e);
        } else if (code == AMQP.ACCESS_REFUSED && exists(queue)) {
            known.add(queue); // somebody else takes care of it
        } else if (!again) {
            listener.trouble(
                    queue,
                    "is missing and cannot be declared; create it, or grant the user the permission"
                            + " to configure it, read it and write to the default exchange",
                    e);
        }
    }

    private void declare(String queue)
            throws IOException, LinkUnavailableException, InterruptedException {
        LinkChannel channel = channels.open(Deadline.in(LIMIT));
        try {
            Map<String, Object> arguments =
                    queue.equals(parkingQueue())
                            ? parking(BrokerVersion.of(channel.serverProperty("version")))
                            : waiting(queue);
            channel.client().queueDeclare(queue, true, false, false, arguments);
        } catch (IOException e) {
            channel.roundTripFailed(e);
            throw e;
        } finally {
            channel.close();
        }
    }

    private boolean exists(String queue) {
        LinkChannel channel = null;
        try {
            channel = channels.open(Deadline.in(LIMIT));
            Channel client = channel.client();
            client.queueDeclarePassive(queue);
            return true;
        } catch (IOException | RuntimeException | LinkUnavailableException e) {
            // Whatever else it is: not to be had for now.
            return CloseReason.of(e).channelCode() == AMQP.RESOURCE_LOCKED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            if (channel != null) {
                channel.close();
            }
        }
    }

    private Map<String, Object> waiting(String queue) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("x-queue-type", "quorum");
        arguments.put("x-message-ttl", Long.valueOf(queue.substring(queue.lastIndexOf('.') + 1)));
        arguments.put("x-dead-letter-exchange", "");
        arguments.put("x-dead-letter-routing-key", destination);
        arguments.put("x-dead-letter-strategy", "at-least-once");
        arguments.put("x-overflow", "reject-publish");
        return arguments;
    }

    /** From RabbitMQ 4.0 on, a message that is returned 20 times would be dropped. */
    private static Map<String, Object> parking(BrokerVersion version) {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-queue-type", "quorum");
        if (version.isAtLeast(4, 0)) {
            arguments.put("x-delivery-limit", -1);
        }
        return arguments;
    }
}
