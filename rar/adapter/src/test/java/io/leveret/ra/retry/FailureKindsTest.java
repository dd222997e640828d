package io.leveret.ra.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.leveret.MqRetry;
import io.leveret.ra.retry.FailureKinds.Kind;
import io.leveret.ra.settings.AtEnd;
import io.leveret.ra.settings.RetryMode;
import io.leveret.ra.settings.RetrySettings;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Kinds of failures")
final class FailureKindsTest {

    @MqRetry(abortOn = IllegalArgumentException.class, requeueOn = IOException.class)
    private static class Annotated {}

    private static final class Heir extends Annotated {}

    private static final class Endless extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable getCause() {
            return new Endless();
        }
    }

    private static FailureKinds kinds(Set<String> abortOn, Set<String> requeueOn, Class<?> bean) {
        return FailureKinds.of(
                new RetrySettings(
                        4,
                        List.of(Duration.ofSeconds(1)),
                        RetryMode.LADDER,
                        AtEnd.PARK,
                        "parking",
                        0,
                        abortOn,
                        requeueOn),
                bean);
    }

    @Test
    @DisplayName("are named on the bean, or on its superclass")
    void annotation() {
        for (Class<?> bean : List.of(Annotated.class, Heir.class)) {
            FailureKinds kinds = kinds(Set.of(), Set.of(), bean);
            assertEquals(Kind.ABORT, kinds.of(new IllegalArgumentException()));
            assertEquals(Kind.ABORT, kinds.of(new NumberFormatException()), "a subclass");
            assertEquals(Kind.REQUEUE, kinds.of(new UncheckedIOException(new IOException())));
            assertEquals(Kind.RETRY, kinds.of(new IllegalStateException()));
            assertEquals(Kind.RETRY, kinds.of(null));
        }
    }

    @Test
    @DisplayName("are named in the settings too, where the outermost exception decides")
    void settings() {
        FailureKinds kinds =
                kinds(
                        Set.of("java.io.UncheckedIOException"),
                        Set.of("java.io.FileNotFoundException", "java.io.UncheckedIOException"),
                        Annotated.class);
        FileNotFoundException inner = new FileNotFoundException();
        assertEquals(Kind.REQUEUE, kinds.of(inner));
        assertEquals(Kind.ABORT, kinds.of(new UncheckedIOException(inner)), "named in both");
        assertEquals(Kind.REQUEUE, kinds.of(new IllegalStateException(inner)), "a cause");
        assertEquals(Kind.ABORT, kinds.of(new IllegalArgumentException(inner)));
    }

    @Test
    @DisplayName("are found out in a bounded time, whatever an exception says of its causes")
    void endless() {
        assertEquals(Kind.RETRY, kinds(Set.of("x.Y"), Set.of(), null).of(new Endless()));
    }
}
