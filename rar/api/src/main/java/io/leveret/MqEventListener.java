package io.leveret;

/**
 * Hears what happens inside the adapter; see {@link MqEvents#addListener}.
 *
 * <pre>{@code
 * MqEventListener listener = event -> log.info(event.name() + " " + event.text());
 * }</pre>
 *
 * <p>Events of all severities come, {@link MqEvent.Severity#DETAIL} too. They come one at a time
 * and in order, on a thread of the adapter, with the context class loader of whoever added the
 * listener and outside of any transaction, request or security context. A listener may block: the
 * adapter never waits for it. When more than 500 events wait, the oldest are dropped; the next
 * event is then one with {@link MqEvent.Source#RESOURCE_ADAPTER} whose text says how many.
 */
@FunctionalInterface
public interface MqEventListener {

    /**
     * Something has happened.
     *
     * @param event what
     * @throws Exception reported once in the log; the next events come all the same
     */
    void onEvent(MqEvent event) throws Exception;
}
