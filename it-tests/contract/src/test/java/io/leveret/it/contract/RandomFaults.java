package io.leveret.it.contract;

import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Breaks connections behind several proxies, one fault after the other, in an order that the seed
 * decides. Used by one thread.
 */
final class RandomFaults {

    /** What can happen. */
    enum Kind {
        RESET(30),
        HANG_UP(25),
        CUT_AFTER_BYTES(20),
        STALL(15),
        BAD_PUBLISH(10);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    /** Publishes something that makes the broker close the channel. */
    interface BadPublish {
        void run() throws Exception;
    }

    private static final int MOST_BYTES = 20_000;
    private static final int MOST_STALL_MILLIS = 2_000;
    private static final int MOST_PAUSE_MILLIS = 1_400;

    private final Random random;
    private final List<FaultProxy> proxies;
    private final BadPublish badPublish;
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

    RandomFaults(long seed, List<FaultProxy> proxies, BadPublish badPublish) {
        this.random = new Random(seed);
        this.proxies = List.copyOf(proxies);
        this.badPublish = badPublish;
    }

    /** Goes on for a time, and takes back what has not struck yet. */
    void run(Duration time) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Kind kind = next();
            strike(kind, proxies.get(random.nextInt(proxies.size())));
            counts.merge(kind, 1, Integer::sum);
            Until.passed(Duration.ofMillis(random.nextInt(MOST_PAUSE_MILLIS)));
        }
        for (FaultProxy proxy : proxies) {
            proxy.cutAfter(Direction.UP, Long.MAX_VALUE);
            proxy.cutAfter(Direction.DOWN, Long.MAX_VALUE);
        }
    }

    private Kind next() {
        int left = random.nextInt(100);
        for (Kind kind : Kind.values()) {
            left -= kind.weight;
            if (left < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("the weights do not add up to 100");
    }

    private void strike(Kind kind, FaultProxy proxy) throws Exception {
        switch (kind) {
            case RESET -> proxy.cut();
            case HANG_UP -> proxy.hangUp();
            case CUT_AFTER_BYTES -> proxy.cutAfter(direction(), random.nextInt(MOST_BYTES));
            case STALL -> {
                Direction direction = direction();
                proxy.stall(direction, true);
                Until.passed(Duration.ofMillis(random.nextInt(MOST_STALL_MILLIS)));
                proxy.stall(direction, false);
            }
            case BAD_PUBLISH -> badPublish.run();
        }
    }

    private Direction direction() {
        return random.nextBoolean() ? Direction.UP : Direction.DOWN;
    }

    /** How often each kind struck. */
    @Override
    public String toString() {
        return counts.values().stream().mapToInt(Integer::intValue).sum() + " faults " + counts;
    }
}
