package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import io.leveret.MqOutcome;
import io.leveret.ra.link.CloseReason;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Publishes to queues for the adapter itself: mandatory, confirmed, pipelined with what others
 * publish after commits. Connects when it is used first. Thread-safe.
 */
public final class OwnPublisher implements AutoCloseable {

    private final Outbound room;
    private final LinkGroup group;
    private final MessageIds ids = new MessageIds();

    OwnPublisher(Outbound room, LinkGroup group) {
        this.room = room;
        this.group = group;
    }

    /**
     * How a publish ended.
     *
     * @param outcome the outcome
     * @param lasting whether it would end like that again: nothing but a change of the broker or of
     *     the message helps
     * @param reason why, null when confirmed
     * @param cause what caused it, may be null
     */
    public record Answer(MqOutcome outcome, boolean lasting, String reason, Throwable cause) {

        private static Answer of(Result result) {
            return new Answer(
                    result.outcome(),
                    result.outcome() == MqOutcome.RETURNED || isDenied(result.cause()),
                    result.reason(),
                    result.cause());
        }

        /** The default exchange exists; what can be refused is the permission to write to it. */
        private static boolean isDenied(Throwable cause) {
            return CloseReason.of(cause).channelCode() == AMQP.ACCESS_REFUSED;
        }

        private static Answer notSent(boolean lasting, Exception cause) {
            return new Answer(MqOutcome.NOT_SENT, lasting, cause.getMessage(), cause);
        }
    }

    private record Copy(
            String exchange, String routingKey, AMQP.BasicProperties properties, byte[] body)
            implements Outgoing {

        @Override
        public void written() {
            // nobody counts it
        }

        @Override
        public void answered() {
            // nobody counts it
        }
    }

    /**
     * Publishes to a queue, over the default exchange. Waits until it is written, not for the
     * answer.
     *
     * @param queue the queue
     * @param properties the properties; a message without an id gets one
     * @param body the body
     * @param limit how long writing may take, and after that the answer
     * @param then told once how it ended, on the caller's or a worker thread
     */
    public void publish(
            String queue,
            AMQP.BasicProperties properties,
            byte[] body,
            Duration limit,
            Consumer<Answer> then) {
        AMQP.BasicProperties withId =
                properties.getMessageId() != null
                        ? properties
                        : properties.builder().messageId(ids.next()).build();
        Deadline deadline = Deadline.in(limit);
        PublishPort port = MqManagedConnectionFactory.port(room, group);
        PendingPublish pending;
        try {
            pending = port.own(deadline).publish(new Copy("", queue, withId, body), deadline, true);
        } catch (NotWrittenException e) {
            then.accept(Answer.notSent(e.permanent(), e));
            return;
        } catch (LinkUnavailableException e) {
            then.accept(Answer.notSent(false, e));
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            then.accept(Answer.notSent(false, e));
            return;
        }
        room.answers.await(pending, Deadline.in(limit), result -> then.accept(Answer.of(result)));
    }

    /** Lets go of the links. */
    @Override
    public void close() {
        group.release();
    }
}
