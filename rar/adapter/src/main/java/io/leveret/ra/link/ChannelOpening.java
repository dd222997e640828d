package io.leveret.ra.link;

import io.leveret.ra.observe.Causes;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens a channel and sets it up: round trips, made by a worker so that the caller is back by its
 * own deadline even when the broker does not answer. A channel that comes too late is closed again.
 */
final class ChannelOpening {

    private final CompletableFuture<LinkChannel> answer = new CompletableFuture<>();
    private final String link;
    private final LinkGroup group;

    private ChannelOpening(String link, LinkGroup group) {
        this.link = link;
        this.group = group;
    }

    /**
     * Opens one in a place that is reserved already.
     *
     * @param link the link's name, for messages
     * @param own whose place it is: the adapter's own, or an ordinary one
     */
    static LinkChannel open(
            String link,
            LinkGroup group,
            OpenConnection connection,
            boolean own,
            ChannelSetup setup,
            Threads threads,
            Deadline deadline)
            throws LinkUnavailableException, InterruptedException {
        ChannelOpening opening = new ChannelOpening(link, group);
        try {
            threads.execute(() -> opening.run(connection, own, setup, threads));
        } catch (RejectedExecutionException | OutOfMemoryError e) { // no thread to be had
            connection.unreserve(own);
            throw opening.noChannel(e);
        }
        return opening.await(deadline);
    }

    private void run(OpenConnection connection, boolean own, ChannelSetup setup, Threads threads) {
        try {
            LinkChannel channel = connection.open(own, threads);
            setUp(channel, setup);
            if (!answer.complete(channel)) {
                channel.close();
            }
        } catch (IOException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    private static void setUp(LinkChannel channel, ChannelSetup setup) throws IOException {
        try {
            setup.run(channel.client());
        } catch (IOException | RuntimeException | Error e) {
            channel.roundTripFailed(e);
            channel.close();
            throw e;
        }
    }

    private LinkChannel await(Deadline deadline)
            throws LinkUnavailableException, InterruptedException {
        try {
            return answer.get(deadline.nanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw noChannel(e.getCause());
        } catch (TimeoutException e) {
            if (answer.completeExceptionally(e) || answer.isCompletedExceptionally()) {
                throw noChannel(e);
            }
            // It came at the last moment.
            return answer.getNow(null);
        } catch (InterruptedException e) {
            if (!answer.completeExceptionally(e) && !answer.isCompletedExceptionally()) {
                answer.getNow(null).close();
            }
            throw e;
        }
    }

    private LinkUnavailableException noChannel(Throwable e) {
        String why = e instanceof TimeoutException ? "no answer in time" : Causes.text(e);
        return new LinkUnavailableException(link + " opened no channel: " + why, group, e);
    }
}
