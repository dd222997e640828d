package io.leveret.it.servers.many;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the application's listeners have received: message ids, in order. */
@ApplicationScoped
public class Received {

    private final List<String> ids = new CopyOnWriteArrayList<>();

    void add(String id) {
        ids.add(id);
    }

    List<String> ids() {
        return List.copyOf(ids);
    }
}
