package io.leveret.ra.topology;

import com.rabbitmq.client.Channel;
import io.leveret.ra.link.LinkUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out whether a broker dead-letters at least once where it is told to: RabbitMQ before 3.12
 * takes the argument and does not, unless its feature flag stream_queue is enabled, which AMQP does
 * not tell.
 *
 * <p>It declares a queue of its own whose messages expire at once and are dead-lettered to nowhere.
 * At least once means that they are kept until there is such a place, and count for the queue's
 * length: it is full soon, and refuses. At most once means that they are dropped, and that it takes
 * one after the other. The queue is deleted then, or by the broker when that fails.
 *
 * <p>Failure cases: refused (no permission), no confirm in time (a broker that blocks publishers),
 * the link lost. Stateless.
 */
final class DeadLetterProbe {

    /** How many the queue takes in turn, where it would be full after two or three. */
    private static final int TAKEN = 20;

    /** How many it refuses in turn: one or two may not have expired yet when the next comes. */
    private static final int REFUSED = 5;

    private static final int MOST = 100;
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(30);
    private static final Duration LIFE = Duration.ofMinutes(1);

    private DeadLetterProbe() {}

    /**
     * Asks the broker; blocks for about half a second.
     *
     * @param destination what the queues for retries are named after
     * @return whether it does, null when that cannot be found out
     * @throws InterruptedException when the caller is interrupted
     */
    static Boolean isAtLeastOnce(String destination, Topology.Channels channels)
            throws InterruptedException {
        // The permission that the wait queues need is enough for it.
        String queue = destination + ".retry.p" + UUID.randomUUID().toString().substring(0, 7);
        Boolean[] answer = new Boolean[1];
        try {
            // Not over a link that consumes: a broker that is low on memory reads nothing more from
            // a connection that publishes, no acknowledgements either.
            channels.apart(client -> answer[0] = ask(client, queue));
        } catch (LinkUnavailableException e) {
            return null; // refused, blocked, or the link is lost
        }
        return answer[0];
    }

    private static Boolean ask(Channel client, String queue) throws IOException {
        client.confirmSelect();
        client.queueDeclare(
                queue,
                true,
                false,
                false,
                Map.of(
                        "x-queue-type",
                        "quorum",
                        "x-message-ttl",
                        1,
                        "x-max-length",
                        1,
                        "x-overflow",
                        "reject-publish",
                        "x-dead-letter-exchange",
                        "",
                        "x-dead-letter-routing-key",
                        queue + ".nowhere",
                        "x-dead-letter-strategy",
                        "at-least-once",
                        "x-expires",
                        LIFE.toMillis()));
        try {
            return fill(client, queue);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (TimeoutException e) {
            return null; // a broker that blocks publishers: not to be found out now
        } finally {
            client.queueDelete(queue);
        }
    }

    private static Boolean fill(Channel client, String queue)
            throws IOException, InterruptedException, TimeoutException {
        int taken = 0;
        int refused = 0;
        for (int i = 0; i < MOST; i++) {
            client.basicPublish("", queue, null, new byte[0]);
            if (client.waitForConfirms(LIMIT.toMillis())) {
                refused = 0;
                taken++;
            } else {
                refused++;
            }
            if (refused == REFUSED || taken == TAKEN) {
                return refused == REFUSED;
            }
            LockSupport.parkNanos(PAUSE.toNanos()); // its time to live is to pass
        }
        return null;
    }
}
