package io.leveret.ra.observe;

import java.util.function.Consumer;

/**
 * Writes each event as one line to {@code System.Logger}, which reaches every server's log. Stack
 * traces appear at level DEBUG only: a broker that is away is no riddle.
 */
final class EventLog implements Consumer<Event> {

    private static final System.Logger LOG = System.getLogger("io.leveret");

    @Override
    public void accept(Event event) {
        String line = event.name() + " " + event.text();
        if (event.cause() != null) {
            line += ": " + Causes.text(event.cause());
        }
        System.Logger.Level level =
                switch (event.severity()) {
                    case DETAIL -> System.Logger.Level.DEBUG;
                    case INFO -> System.Logger.Level.INFO;
                    case WARNING -> System.Logger.Level.WARNING;
                    case ALARM -> System.Logger.Level.ERROR;
                };
        LOG.log(level, line);
        if (event.cause() != null && LOG.isLoggable(System.Logger.Level.DEBUG)) {
            LOG.log(System.Logger.Level.DEBUG, line, event.cause());
        }
    }
}
