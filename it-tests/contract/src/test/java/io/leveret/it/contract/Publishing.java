package io.leveret.it.contract;

import io.leveret.MqBatchException;
import io.leveret.MqMessage;
import io.leveret.MqOutcome;
import io.leveret.MqPublishException;
import io.leveret.MqPublisher;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Messages on their way by one of the ways to publish, each with the outcome that it ends in. */
final class Publishing implements AutoCloseable {

    /** The ways to publish several messages at once. */
    enum Style {
        /** A thread for each, which waits. */
        BLOCKING,
        /** One call. */
        BATCH,
        /** One thread, which does not wait. */
        ASYNC
    }

    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final Map<String, CompletableFuture<MqOutcome>> outcomes = new LinkedHashMap<>();

    /** Where they go. */
    record Target(MqPublisher publisher, String exchange, String key) {}

    private Publishing(List<MqMessage> messages) {
        messages.forEach(m -> outcomes.put(m.messageId(), new CompletableFuture<>()));
    }

    /** Makes messages with ids of their own, which are their bodies too. */
    static List<MqMessage> messages(int count) {
        String run = Bare.name("p");
        return IntStream.range(0, count)
                .mapToObj(i -> run + "-" + i)
                .map(id -> MqMessage.builder().body(id).messageId(id).build())
                .toList();
    }

    static Publishing start(Style style, Target to, List<MqMessage> messages) {
        Publishing started = new Publishing(messages);
        switch (style) {
            case BLOCKING -> messages.forEach(m -> started.call(() -> started.block(to, m)));
            case BATCH -> started.call(() -> started.batch(to, messages));
            case ASYNC -> started.call(() -> messages.forEach(m -> started.async(to, m)));
        }
        return started;
    }

    private void call(Runnable work) {
        callers.execute(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | Error e) {
                        outcomes.values().forEach(each -> each.completeExceptionally(e));
                    }
                });
    }

    private void block(Target to, MqMessage message) {
        ended(message, Rig.outcomeOf(to.publisher(), to.exchange(), to.key(), message));
    }

    private void batch(Target to, List<MqMessage> messages) {
        Map<String, MqOutcome> failed = new HashMap<>();
        try {
            to.publisher().publishAll(to.exchange(), to.key(), messages);
        } catch (MqBatchException e) {
            e.failures().forEach(f -> failed.put(f.messageId(), f.outcome()));
        }
        messages.forEach(m -> ended(m, failed.getOrDefault(m.messageId(), MqOutcome.CONFIRMED)));
    }

    private void async(Target to, MqMessage message) {
        to.publisher()
                .publishAsync(to.exchange(), to.key(), message)
                .whenComplete(
                        (nothing, e) -> {
                            if (e == null || e instanceof MqPublishException) {
                                ended(message, outcome((MqPublishException) e));
                            } else {
                                outcomes.get(message.messageId()).completeExceptionally(e);
                            }
                        });
    }

    private static MqOutcome outcome(MqPublishException e) {
        return e == null ? MqOutcome.CONFIRMED : e.outcome();
    }

    private void ended(MqMessage message, MqOutcome outcome) {
        if (!outcomes.get(message.messageId()).complete(outcome)) {
            throw new IllegalStateException(message.messageId() + " has ended twice");
        }
    }

    /** Interrupts whoever waits for them. */
    void interrupt() {
        callers.shutdownNow();
    }

    long ended() {
        return outcomes.values().stream().filter(CompletableFuture::isDone).count();
    }

    /** Waits for all of them, and gives the outcomes by message id. */
    Map<String, MqOutcome> outcomes(Duration limit) throws Exception {
        CompletableFuture.allOf(outcomes.values().toArray(CompletableFuture[]::new))
                .get(limit.toNanos(), TimeUnit.NANOSECONDS);
        Map<String, MqOutcome> all = new LinkedHashMap<>();
        for (Map.Entry<String, CompletableFuture<MqOutcome>> each : outcomes.entrySet()) {
            all.put(each.getKey(), each.getValue().getNow(null));
        }
        return all;
    }

    /** Waits for all of them, and counts the outcomes. */
    Map<MqOutcome, Integer> counts(Duration limit) throws Exception {
        Map<MqOutcome, Integer> counts = new EnumMap<>(MqOutcome.class);
        outcomes(limit).values().forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
        return counts;
    }

    @Override
    public void close() {
        callers.shutdownNow();
    }
}
