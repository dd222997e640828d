package io.leveret.it.app;

import io.leveret.MqEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Remembers what it hears of the adapter, as kind and state. */
@ApplicationScoped
public class Watcher {

    private final Queue<String> changes = new ConcurrentLinkedQueue<>();

    void heard(@Observes MqEvent event) {
        if (event.state() != null) {
            changes.add(event.source() + " " + event.state());
        }
    }

    List<String> changes() {
        return List.copyOf(changes);
    }
}
