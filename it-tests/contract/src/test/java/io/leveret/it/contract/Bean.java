package io.leveret.it.contract;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A message-driven bean that remembers what it saw and then does what the test says. */
final class Bean implements MqMessageListener {

    /** One call. */
    record Seen(String text, boolean redelivered, boolean possibleDuplicate, long nanos) {}

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private volatile MqMessageListener then;

    /** A bean that returns normally. */
    Bean() {
        this(message -> {});
    }

    Bean(MqMessageListener then) {
        this.then = then;
    }

    @Override
    public void onMessage(MqMessage message) throws Exception {
        int now = running.incrementAndGet();
        mostRunning.accumulateAndGet(now, Math::max);
        seen.add(
                new Seen(
                        message.text(),
                        message.redelivered(),
                        message.possibleDuplicate(),
                        System.nanoTime()));
        try {
            then.onMessage(message);
        } finally {
            running.decrementAndGet();
        }
    }

    void then(MqMessageListener next) {
        then = next;
    }

    List<Seen> seen() {
        return List.copyOf(seen);
    }

    List<String> texts() {
        return seen.stream().map(Seen::text).toList();
    }

    int count() {
        return seen.size();
    }

    int mostRunning() {
        return mostRunning.get();
    }
}
