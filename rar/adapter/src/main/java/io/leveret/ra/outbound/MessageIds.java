package io.leveret.ra.outbound;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Gives message ids: a random part per factory and a count. Thread-safe. */
final class MessageIds {

    private final String prefix = UUID.randomUUID().toString() + "-";
    private final AtomicLong count = new AtomicLong();

    String next() {
        return prefix + Long.toString(count.incrementAndGet(), Character.MAX_RADIX);
    }
}
