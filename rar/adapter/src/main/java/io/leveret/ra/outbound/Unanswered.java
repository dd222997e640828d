package io.leveret.ra.outbound;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.ReturnListener;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.outbound.NotWrittenException.Kind;

/**
 * The publishes of one channel that are not answered yet, and their answers.
 *
 * <p>Failure cases: answers come for several at once, out of order, or twice (a publish is answered
 * once); none comes, because writing failed or the channel was lost (whoever knows that says so); a
 * return (it names no publish); so much out of order that the ring is full although there is room
 * in the window (writing goes on with the next answer).
 *
 * <p>Thread-safe. Publishes are written, and confirms arrive, on the I/O thread, which never waits
 * here.
 */
final class Unanswered implements ConfirmListener, ReturnListener {

    private final ConfirmRing ring;
    private final Window window;
    private final Runnable onAnswer;
    private final Runnable onNoneLeft;

    /**
     * Starts with none.
     *
     * @param window how many there may be
     * @param onAnswer hears of each word of the broker when it is heeded, on the I/O thread
     * @param onNoneLeft hears each time that the last one is answered
     */
    Unanswered(int window, Runnable onAnswer, Runnable onNoneLeft) {
        this.ring = new ConfirmRing(window);
        this.window = new Window(window);
        this.onAnswer = onAnswer;
        this.onNoneLeft = onNoneLeft;
    }

    int count() {
        return window.count();
    }

    // --- the callers' side ---

    /** Takes a place, and waits for it at most until the deadline; false when it has passed. */
    boolean enter(Deadline deadline) throws InterruptedException {
        return window.enter(deadline);
    }

    /** Gives back a place for which nothing was handed over. */
    void leave() {
        if (window.leave()) {
            onNoneLeft.run();
        }
    }

    /** Lets all go that wait for a place: the channel is lost or retired. */
    void wake() {
        window.open();
    }

    // --- the writer's side, on the I/O thread ---

    boolean hasRoom() {
        return ring.hasRoom();
    }

    /** Notes one, which has a place; before it is written, because the answer may be faster. */
    void put(PendingPublish pending) {
        ring.put(pending);
    }

    /** Writing it has failed: nobody knows how much of it has gone out. */
    void notWritten(PendingPublish pending, Exception cause) {
        answer(
                ring.take(pending.sequence),
                MqOutcome.UNKNOWN,
                "writing it failed: " + Causes.text(cause),
                cause);
    }

    /** It has a place, and was never handed to the client. */
    void leftOver(PendingPublish pending, Exception cause) {
        NotWrittenException why =
                new NotWrittenException(
                        Kind.LEFT_OVER, "the channel ended before it was written", cause);
        answer(pending, MqOutcome.NOT_SENT, why.getMessage(), why);
    }

    /**
     * Answers all of them: the channel is lost.
     *
     * @param refused whether the broker has refused them, so that they are known not to be stored
     */
    void lost(ShutdownSignalException signal, boolean refused) {
        ring.takeAll(
                pending ->
                        answer(
                                pending,
                                refused ? MqOutcome.RETURNED : MqOutcome.UNKNOWN,
                                refused
                                        ? "the broker refused it: " + Causes.text(signal)
                                        : "the channel was lost before the confirm: "
                                                + Causes.text(signal),
                                signal));
    }

    // --- answers, on the I/O thread ---

    @Override
    public void handleAck(long sequence, boolean multiple) {
        ring.take(sequence, multiple, pending -> answer(pending, MqOutcome.CONFIRMED, null, null));
        onAnswer.run();
    }

    @Override
    public void handleNack(long sequence, boolean multiple) {
        ring.take(
                sequence,
                multiple,
                pending -> answer(pending, MqOutcome.NACKED, "the broker refused it", null));
        onAnswer.run();
    }

    @Override
    public void handleReturn(
            int code,
            String text,
            String exchange,
            String routingKey,
            AMQP.BasicProperties properties,
            byte[] body) {
        // A return has no sequence number. It comes before the ack of the same message, and returns
        // come in the order of the publishes: it is the oldest one that is not returned yet.
        PendingPublish pending =
                ring.oldest(
                        p ->
                                !p.isReturned()
                                        && p.publication
                                                .messageId()
                                                .equals(properties.getMessageId())
                                        && p.publication.exchange().equals(exchange)
                                        && p.publication.routingKey().equals(routingKey));
        if (pending != null) {
            pending.returned(code + " " + text);
        }
    }

    private void answer(PendingPublish pending, MqOutcome outcome, String reason, Throwable cause) {
        if (pending == null) {
            return;
        }
        if (outcome == MqOutcome.CONFIRMED) {
            pending.acknowledged();
        } else {
            pending.end(outcome, reason, cause);
        }
        pending.publication.answered();
        leave();
    }
}
