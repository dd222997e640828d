package io.leveret.it.contract;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the adapter's log tells of its links, down to each single attempt to connect, and how many
 * lines an administrator sees of it (INFO and above).
 */
final class LinkStory extends Handler implements AutoCloseable {

    /** What happened to a link. */
    enum What {
        LOST("is lost"),
        REFUSED("cannot connect to"),
        CONNECTED("is connected to");

        private final String words;

        What(String words) {
            this.words = words;
        }
    }

    /** One event of one link; the time is the epoch's, ms. */
    record Event(long millis, String link, What what) {}

    private static final Pattern LINE =
            Pattern.compile(
                    "(leveret-\\S+ (?:publish|consume) .* \\d+/\\d+) (is lost|cannot connect to|is"
                            + " connected to).*");

    private final Logger logger = Logger.getLogger("io.leveret");
    private final Queue<Event> events = new ConcurrentLinkedQueue<>();
    private final Queue<String> shown = new ConcurrentLinkedQueue<>();

    LinkStory() {
        setLevel(Level.ALL);
        logger.setLevel(Level.FINE);
        logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
        if (record.getThrown() != null || record.getMessage() == null) {
            return; // the same line once more, with its stack trace
        }
        if (record.getLevel().intValue() >= Level.INFO.intValue()) {
            shown.add(record.getMessage());
        }
        Matcher line = LINE.matcher(record.getMessage());
        if (line.matches()) {
            for (What what : What.values()) {
                if (what.words.equals(line.group(2))) {
                    events.add(new Event(record.getMillis(), line.group(1), what));
                }
            }
        }
    }

    /** Gives all events so far, in the order in which they were told. */
    List<Event> events() {
        return List.copyOf(events);
    }

    /** Gives what happened in a span of time. */
    List<Event> events(What what, long from, long to) {
        return events.stream()
                .filter(e -> e.what == what && e.millis >= from && e.millis < to)
                .toList();
    }

    /** Gives the lines at INFO and above so far. */
    List<String> shown() {
        return List.copyOf(shown);
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(null);
    }
}
