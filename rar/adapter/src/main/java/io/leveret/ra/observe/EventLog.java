package io.leveret.ra.observe;

import io.leveret.MqEvent;
import java.util.function.Consumer;

/**
 * Writes each event as one line to {@code System.Logger}, which reaches every server's log. Stack
 * traces appear at level DEBUG only: a broker that is away is no riddle.
 */
final class EventLog implements Consumer<Event> {

    private static final System.Logger LOG = System.getLogger("io.leveret");

    @Override
    public void accept(Event event) {
        String line = line(event);
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

    /** Renders who, what and why; links and resource adapters have telling names. */
    static String line(MqEvent event) {
        String kind =
                switch (event.source()) {
                    case RESOURCE_ADAPTER, LINK -> "";
                    case CONNECTION_FACTORY -> "connection factory ";
                    case ACTIVATION -> "activation ";
                };
        String line = kind + event.name() + " " + event.text();
        return event.cause() == null ? line : line + ": " + Causes.text(event.cause());
    }
}
