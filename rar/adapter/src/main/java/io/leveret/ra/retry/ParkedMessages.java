package io.leveret.ra.retry;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.MqOutcome;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.outbound.OwnPublisher;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What an operator can do with the parked messages of one destination: look at them, and put them
 * back. Those that others have parked in the same queue are left alone.
 *
 * <p>A message that is put back is acknowledged in the parking queue when its copy is confirmed in
 * the destination; when anything fails in between there are two, and the copy is marked. It is as
 * new: its failures are not counted any more.
 *
 * <p>Each call takes messages on a channel of its own and gives all that it does not move back by
 * closing it. Thread-safe: nothing is kept between calls.
 */
final class ParkedMessages {

    /** What one call looks at, so that it ends. */
    static final int MOST = 1_000;

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final String destination;
    private final String parking;
    private final RetryQueues.Channels channels;
    private final OwnPublisher publisher;

    ParkedMessages(
            String destination,
            String parking,
            RetryQueues.Channels channels,
            OwnPublisher publisher) {
        this.destination = destination;
        this.parking = parking;
        this.channels = channels;
        this.publisher = publisher;
    }

    /** What is done with the messages that were taken, before those left go back. */
    private interface Work<T> {
        T on(Channel channel, List<GetResponse> taken) throws IOException;
    }

    /** Describes the oldest ones, one line each. */
    List<String> show(int most) {
        return with(most, (channel, taken) -> taken.stream().map(ParkedMessages::line).toList());
    }

    /** Puts the oldest ones back into their queue, and counts them. */
    int putBack(int most) {
        return with(most, this::move);
    }

    private <T> T with(int most, Work<T> work) {
        if (most < 1 || most > MOST) {
            throw new IllegalArgumentException("1 to " + MOST + " at a time, not " + most);
        }
        LinkChannel channel = null;
        try {
            channel = channels.open(Deadline.in(LIMIT));
            return work.on(channel.client(), take(channel.client(), most));
        } catch (IOException | ShutdownSignalException | LinkUnavailableException e) {
            // A management client may know no exception but those of the JDK.
            throw new IllegalStateException(
                    "queue '" + parking + "' cannot be worked on: " + Causes.text(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted");
        } finally {
            if (channel != null) {
                channel.close();
            }
        }
    }

    /** Looks at no more than there are, for others may park more meanwhile. */
    private List<GetResponse> take(Channel channel, int most) throws IOException {
        List<GetResponse> ours = new ArrayList<>();
        int looked = 0;
        GetResponse each = channel.basicGet(parking, false);
        while (each != null) {
            if (RetryHeaders.isOf(each.getProps(), destination)) {
                ours.add(each);
            }
            looked++;
            each = ours.size() < most && looked < MOST ? channel.basicGet(parking, false) : null;
        }
        return ours;
    }

    private int move(Channel channel, List<GetResponse> taken) throws IOException {
        Deadline deadline = Deadline.in(LIMIT);
        Map<GetResponse, CompletableFuture<OwnPublisher.Answer>> answers = new LinkedHashMap<>();
        for (GetResponse each : taken) {
            CompletableFuture<OwnPublisher.Answer> answer = new CompletableFuture<>();
            answers.put(each, answer);
            AMQP.BasicProperties copy = RetryHeaders.asNew(each.getProps());
            Duration left = Duration.ofNanos(deadline.nanos());
            publisher.publish(destination, copy, each.getBody(), left, answer::complete);
            if (stopsOthers(answer.getNow(null))) {
                break; // the next one would wait as long as this one, in vain
            }
        }
        int moved = 0;
        String why = null;
        for (Map.Entry<GetResponse, CompletableFuture<OwnPublisher.Answer>> each :
                answers.entrySet()) {
            String trouble = trouble(each.getValue());
            if (trouble == null) {
                channel.basicAck(each.getKey().getEnvelope().getDeliveryTag(), false);
                moved++;
            } else if (why == null) {
                why = trouble;
            }
        }
        if (why != null) {
            throw new IllegalStateException(
                    "put back "
                            + moved
                            + " of "
                            + taken.size()
                            + ", the others stay in queue '"
                            + parking
                            + "': "
                            + why);
        }
        return moved;
    }

    private static boolean stopsOthers(OwnPublisher.Answer answer) {
        return answer != null && answer.outcome() == MqOutcome.NOT_SENT && !answer.lasting();
    }

    /** Says why there is no confirmed copy, null when there is one. */
    private static String trouble(CompletableFuture<OwnPublisher.Answer> answer) {
        try {
            OwnPublisher.Answer end = answer.get(2 * LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return end.outcome() == MqOutcome.CONFIRMED
                    ? null
                    : end.outcome() + ", " + end.reason();
        } catch (TimeoutException e) {
            return "no answer";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer never ends exceptionally", e);
        }
    }

    private static String line(GetResponse message) {
        Map<String, Object> headers = message.getProps().getHeaders();
        return String.format(
                        Locale.ROOT,
                        "id=%s, %d bytes, from exchange '%s' with key '%s', failed %s time(s), last %s: %s"
                                + " (%s: %s)",
                        message.getProps().getMessageId(),
                        message.getBody().length,
                        headers.get(RetryHeaders.EXCHANGE),
                        headers.get(RetryHeaders.ROUTING_KEY),
                        headers.get(RetryHeaders.ATTEMPTS),
                        headers.get(RetryHeaders.LAST_FAILURE),
                        headers.get(RetryHeaders.REASON),
                        headers.get(RetryHeaders.EXCEPTION),
                        headers.get(RetryHeaders.EXCEPTION_MESSAGE))
                .replaceAll("\\p{Cntrl}", "?");
    }
}
