package io.leveret;

import java.util.List;

/**
 * What happens inside one resource adapter instance: its links, connection factories and
 * activations. Two connection factories of the same instance give the very same object.
 *
 * <pre>{@code
 * MqEvents.Registration registration = factory.events().addListener(event -> {
 *     if (event.severity() == MqEvent.Severity.ALARM) {
 *         page(event.name() + " " + event.text());
 *     }
 * });
 * // when the application ends:
 * registration.close();
 * }</pre>
 *
 * <p>In a CDI application none of this is needed: {@code void heard(@Observes MqEvent event)} in
 * any bean hears the same events. Thread-safe.
 */
public interface MqEvents {

    /**
     * Adds a listener. The adapter holds on to it, and with it to the application's classes, until
     * the registration is closed or the resource adapter stops: an application closes it before it
     * is undeployed.
     *
     * @param listener called for each event from now on
     * @return ends it
     * @throws IllegalStateException when the resource adapter has stopped
     */
    Registration addListener(MqEventListener listener);

    /**
     * Gives what happened last.
     *
     * @return up to 200 events, oldest first; an immutable list. Their causes are copies of text
     *     and stack trace, so that old exceptions hold no application's classes.
     */
    List<MqEvent> latest();

    /** One listener's place. Thread-safe. */
    interface Registration extends AutoCloseable {

        /**
         * Ends it: no call begins after this; one that runs on another thread may still run. Does
         * not wait. Closing twice does nothing.
         */
        @Override
        void close();
    }
}
