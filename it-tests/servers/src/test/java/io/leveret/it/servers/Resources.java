package io.leveret.it.servers;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a run has opened; closed in the reverse order, each whatever the others do. One thread. */
final class Resources implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Keeps it, and gives it back. */
    <T extends AutoCloseable> T add(T resource) {
        open.push(resource);
        return resource;
    }

    @Override
    public void close() throws IOException {
        IOException failure = new IOException("could not end everything");
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
