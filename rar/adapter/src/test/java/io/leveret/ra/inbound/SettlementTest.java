package io.leveret.ra.inbound;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.Threads;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The settlement of a subscription")
@Timeout(60)
final class SettlementTest {

    private static final int LIMIT_SECONDS = 20;

    private final Threads threads = new Threads("settlement");

    @AfterEach
    void end() {
        threads.close(Deadline.in(Duration.ofSeconds(LIMIT_SECONDS)));
    }

    @Test
    @DisplayName(
            "tells all who wait for its end: a move to another link, and the stop of its session")
    void twoWait() throws Exception {
        Settlement settlement = new Settlement(null, threads, null, null, 10, true);
        settlement.arrived(new Delivery(1, null, 0, null, null, null));
        CountDownLatch told = new CountDownLatch(2);
        settlement.whenAllSettled(told::countDown);
        settlement.whenAllSettled(told::countDown);

        settlement.end();

        assertTrue(told.await(LIMIT_SECONDS, TimeUnit.SECONDS));
    }
}
