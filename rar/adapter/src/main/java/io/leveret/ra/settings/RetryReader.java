package io.leveret.ra.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads what becomes of a message that has failed. */
final class RetryReader {

    /** Each level is a queue on the broker. */
    private static final int MOST_LEVELS = 32;

    /** What AMQP allows for a queue's name, without what a wait queue's name adds. */
    private static final int LONGEST_NAME = Names.MOST_BYTES - ".retry.86400000".length();

    private static final Pattern CLASS_NAME =
            Pattern.compile("[\\p{L}_$][\\p{L}\\d_$]*(\\.[\\p{L}_$][\\p{L}\\d_$]*)*");

    private static final List<Setting> SINGLE =
            List.of(Setting.RETRY_DELAY, Setting.RETRY_MULTIPLIER, Setting.RETRY_MAX_DELAY);

    private final SettingsReader reader;
    private final Level bean;
    private final Problems problems;

    RetryReader(SettingsReader reader, Level bean) {
        this.reader = reader;
        this.bean = bean;
        this.problems = reader.problems();
    }

    RetrySettings read(
            String destination, boolean strict, StreamOffset stream, TopologySettings topology) {
        RetryMode mode = mode(inPlace(strict, stream, topology));
        String parking = reader.text(Setting.PARKING_QUEUE);
        AtEnd atEnd = reader.oneOf(Setting.AT_END, AtEnd.class);
        if (stream != null && atEnd == AtEnd.DEAD_LETTER) {
            problems.add(
                    Setting.AT_END,
                    atEnd.name(),
                    "contradicts a stream, which has no dead-letter exchange",
                    "set atEnd=PARK on the activation");
        }
        boolean named = bean.has(Setting.DESTINATION) || topology.queue() == null;
        if (parking == null && atEnd == AtEnd.PARK && !named) {
            problems.add(
                    Setting.PARKING_QUEUE,
                    null,
                    "is required where the broker names the queue",
                    "name a queue, or set atEnd=DEAD_LETTER");
        }
        if (parking == null) {
            parking = destination + ".parking";
        } else if (atEnd != AtEnd.PARK) {
            problems.add(
                    Setting.PARKING_QUEUE,
                    parking,
                    "contradicts atEnd=" + atEnd + ", which parks nothing",
                    "remove one of them");
        } else if (parking.equals(destination)) {
            problems.add(
                    Setting.PARKING_QUEUE,
                    parking,
                    "is the queue that is consumed: what is parked would come again at once",
                    "name another queue");
        }
        checkLength(Setting.PARKING_QUEUE, parking, Names.MOST_BYTES);
        if (mode == RetryMode.LADDER && destination != null) {
            checkLength(Setting.DESTINATION, destination, LONGEST_NAME);
        }
        RetrySettings settings =
                new RetrySettings(
                        reader.number(Setting.MAX_ATTEMPTS),
                        delays(),
                        mode,
                        atEnd,
                        parking,
                        reader.number(Setting.PAUSE_AFTER_FAILURES),
                        classNames(Setting.ABORT_ON),
                        classNames(Setting.REQUEUE_ON));
        if (mode == RetryMode.NATIVE) {
            checkNative(settings, topology);
        }
        return settings;
    }

    /** What its queue cannot do, or is not known to do: a reject without a delay would spin. */
    private void checkNative(RetrySettings settings, TopologySettings topology) {
        if (!settings.areNative()) {
            boolean listed = reader.text(Setting.RETRY_DELAYS) != null;
            Setting setting = listed ? Setting.RETRY_DELAYS : Setting.RETRY_MULTIPLIER;
            problems.add(
                    setting,
                    reader.text(setting),
                    "contradicts retryMode=NATIVE, where a queue knows retryDelay, and that times"
                            + " the number of failures up to a greatest one",
                    "use retryDelay alone, retryDelays such as 1000,2000,3000, or"
                            + " retryMode=LADDER");
        }
        if (topology.queue() == null) {
            problems.add(
                    Setting.RETRY_MODE,
                    RetryMode.NATIVE.name(),
                    "needs a queue that is known to delay what is rejected",
                    "set topologyMode=DECLARE, or use retryMode=LADDER");
        } else if (topology.queue().type() != TopologySettings.QueueType.QUORUM) {
            problems.add(
                    Setting.RETRY_MODE,
                    RetryMode.NATIVE.name(),
                    "contradicts queueOptions: only quorum queues delay what is rejected",
                    "remove what only classic queues have, or use retryMode=LADDER");
        } else if (topology.queue().arguments().keySet().stream()
                .anyMatch(name -> name.startsWith(RetrySettings.DELAYED_RETRY))) {
            problems.add(
                    Setting.QUEUE_OPTIONS,
                    bean.get(Setting.QUEUE_OPTIONS).orElse(null),
                    "has "
                            + RetrySettings.DELAYED_RETRY
                            + "... beside retryMode=NATIVE, which sets them",
                    "remove them; retryDelay says how long");
        }
    }

    private void checkLength(Setting setting, String name, int most) {
        if (Names.isLonger(name, most)) {
            problems.add(
                    setting,
                    name,
                    "is too long for the names of the queues for retries (" + most + " bytes)",
                    "use a shorter queue name");
        }
    }

    private Set<String> classNames(Setting setting) {
        String list = reader.text(setting);
        Set<String> names = new LinkedHashSet<>();
        for (String each : list == null ? new String[0] : list.split(",")) {
            String name = each.trim();
            if (CLASS_NAME.matcher(name).matches()) {
                names.add(name);
            } else {
                problems.add(
                        setting,
                        name,
                        "is no name of a class",
                        "use full names, such as java.lang.IllegalStateException");
            }
        }
        return names;
    }

    /** Gives what needs IN_PLACE, null when nothing does. */
    private static String inPlace(boolean strict, StreamOffset stream, TopologySettings topology) {
        if (strict) {
            return "strictOrder, where the next message waits for this one";
        }
        if (topology.isTiedToConnection() || topology.isTiedToConsumer()) {
            return "a queue that goes with its consumer, when messages that wait elsewhere could"
                    + " not come back";
        }
        return stream != null
                ? "a stream, whose other consumers would get what comes back once more"
                : null;
    }

    /** Reads the mode; what needs IN_PLACE is null when nothing does. */
    private RetryMode mode(String inPlace) {
        if (reader.text(Setting.RETRY_MODE) == null) {
            return inPlace != null ? RetryMode.IN_PLACE : RetryMode.LADDER;
        }
        RetryMode mode = reader.oneOf(Setting.RETRY_MODE, RetryMode.class);
        if (inPlace != null && mode != RetryMode.IN_PLACE) {
            problems.add(
                    Setting.RETRY_MODE,
                    mode.name(),
                    "contradicts " + inPlace,
                    "remove one of them");
        }
        return mode;
    }

    /** The explicit list, or one that grows by the multiplier up to the greatest delay. */
    private List<Duration> delays() {
        Duration first = reader.time(Setting.RETRY_DELAY);
        int multiplier = reader.number(Setting.RETRY_MULTIPLIER);
        Duration max = reader.time(Setting.RETRY_MAX_DELAY);
        int most = reader.number(Setting.MAX_ATTEMPTS) - 1;
        String list = reader.text(Setting.RETRY_DELAYS);
        boolean own = bean.has(Setting.RETRY_DELAYS) || SINGLE.stream().noneMatch(bean::has);
        if (list != null && own) {
            return listed(list);
        }
        List<Duration> delays = new ArrayList<>(List.of(first));
        Duration next = first.multipliedBy(multiplier);
        while (multiplier > 1
                && (most < 0 || delays.size() < most)
                && delays.size() < MOST_LEVELS) {
            boolean last = next.compareTo(max) >= 0;
            delays.add(last ? longer(max, first) : next);
            if (last) {
                break;
            }
            next = next.multipliedBy(multiplier);
        }
        return List.copyOf(delays);
    }

    /** A first delay beyond the greatest one is meant. */
    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private List<Duration> listed(String list) {
        for (Setting each : SINGLE) {
            if (bean.has(each)) {
                problems.add(
                        each,
                        reader.text(each),
                        "contradicts retryDelays, which lists all delays",
                        "remove one of them");
            }
        }
        List<Duration> delays =
                Arrays.stream(list.split(","))
                        .map(text -> reader.number(Setting.RETRY_DELAYS, text))
                        .map(Duration::ofMillis)
                        .toList();
        if (delays.stream().distinct().count() > MOST_LEVELS) {
            problems.add(
                    Setting.RETRY_DELAYS,
                    list,
                    "has more than " + MOST_LEVELS + " different delays, each of which is a queue",
                    "use fewer");
        }
        return delays;
    }
}
