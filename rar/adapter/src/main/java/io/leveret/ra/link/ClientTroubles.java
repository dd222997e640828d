package io.leveret.ra.link;

import com.rabbitmq.client.impl.DefaultExceptionHandler;
import io.leveret.MqEvent;
import io.leveret.ra.observe.Events;

/**
 * What the client reports of its own accord: of interest only when looking for a fault, because the
 * link or the subscription that it happens to says, once, that it is lost.
 */
final class ClientTroubles extends DefaultExceptionHandler {

    private final String name;
    private final Events events;

    ClientTroubles(String name, Events events) {
        this.name = name;
        this.events = events;
    }

    @Override
    protected void log(String message, Throwable e) {
        events.detail(MqEvent.Source.LINK, name, message, e);
    }
}
