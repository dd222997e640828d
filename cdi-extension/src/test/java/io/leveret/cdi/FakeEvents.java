package io.leveret.cdi;

import io.leveret.MqEvent;
import io.leveret.MqEventListener;
import io.leveret.MqEvents;
import io.leveret.MqMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The events of one resource adapter; they come on the thread of the test. */
final class FakeEvents implements MqEvents {

    final List<MqEventListener> listeners = new CopyOnWriteArrayList<>();

    /** An event of a class that applications cannot see, as the adapter's. */
    private record FakeEvent(String text) implements MqEvent {

        @Override
        public Instant time() {
            return Instant.EPOCH;
        }

        @Override
        public Severity severity() {
            return Severity.WARNING;
        }

        @Override
        public Source source() {
            return Source.LINK;
        }

        @Override
        public String name() {
            return "a link";
        }

        @Override
        public String state() {
            return "BACKING_OFF";
        }

        @Override
        public String address() {
            return null;
        }

        @Override
        public Throwable cause() {
            return null;
        }

        @Override
        public MqMessage message() {
            return null;
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public Duration nextDelay() {
            return null;
        }
    }

    void happens(String text) throws Exception {
        for (MqEventListener listener : listeners) {
            listener.onEvent(new FakeEvent(text));
        }
    }

    @Override
    public Registration addListener(MqEventListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public List<MqEvent> latest() {
        return List.of();
    }
}
