package io.leveret.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fake container finds the faults that it is there to find. */
@Timeout(30)
class FakeContainerTest {

    private final Violations violations = new Violations();

    @Test
    void anEventFiredUnderALockIsFound() throws Exception {
        BadConnection.Factory factory = new BadConnection.Factory();
        try (FakePool pool = pool(factory, PoolQuirk.PROBES_LOCKS_IN_ERROR)) {
            pool.allocateConnection(factory, null);
            factory.connection().fail();
            assertEquals(1, pool.errors().size());
        }
        assertTrue(found("fired with locks held"), violations.list()::toString);
        assertTrue(found("waits for the error event"), violations.list()::toString);
    }

    @Test
    void aPlainListenerListDoesNotSurviveAListenerThatLeaves() throws Exception {
        BadConnection.Factory factory = new BadConnection.Factory();
        try (FakePool pool = pool(factory, PoolQuirk.REMOVES_LISTENER_IN_ERROR)) {
            pool.allocateConnection(factory, null);
            BadConnection connection = factory.connection();
            connection.addConnectionEventListener(
                    new PoolEntry(pool, connection, null, violations));
            assertThrows(ConcurrentModificationException.class, connection::fail);
        }
    }

    @Test
    void aCloseWithoutItsHandleIsFound() throws Exception {
        BadConnection.Factory factory = new BadConnection.Factory();
        try (FakePool pool = pool(factory)) {
            pool.allocateConnection(factory, null);
            factory.connection().close();
        }
        assertTrue(found("without a handle"), violations.list()::toString);
    }

    @Test
    void aFactoryThatDoesNotEqualItselfIsFound() throws Exception {
        BadConnection.Factory factory = new BadConnection.Factory();
        try (FakePool pool = pool(factory)) {
            pool.allocateConnection(new BadConnection.Factory(), null);
        }
        assertTrue(found("does not equal"), violations.list()::toString);
    }

    @Test
    void deliveriesInTheWrongOrderAreFound() throws Exception {
        try (FakeTransactions transactions = new FakeTransactions(violations)) {
            FakeEndpoints endpoints =
                    new FakeEndpoints(Runnable.class, () -> {}, transactions, Set.of(), violations);
            Method run = Runnable.class.getMethod("run");
            MessageEndpoint endpoint = endpoints.createEndpoint(null);

            ((Runnable) endpoint).run();
            assertTrue(found("listener called in state READY"), violations.list()::toString);
            endpoint.afterDelivery();
            endpoint.beforeDelivery(run);
            endpoint.release();
            assertTrue(found("release in state BEFORE"), violations.list()::toString);
        }
    }

    @Test
    void aTransactionEndsForItsSynchronizationsAsItEnds() throws Exception {
        List<String> seen = new ArrayList<>();
        try (FakeTransactions transactions = new FakeTransactions(violations)) {
            transactions.begin();
            transactions.registry().registerInterposedSynchronization(recorder(seen));
            transactions.commit();

            transactions.begin();
            transactions.registry().registerInterposedSynchronization(recorder(seen));
            transactions.setRollbackOnly();
            assertThrows(RollbackException.class, transactions::commit);

            transactions.begin(Duration.ofMillis(1)).get(5, TimeUnit.SECONDS);
            assertEquals(Status.STATUS_ROLLEDBACK, transactions.status());
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            transactions
                                    .registry()
                                    .registerInterposedSynchronization(recorder(seen)));
            assertThrows(RollbackException.class, transactions::commit);
            assertEquals(Status.STATUS_NO_TRANSACTION, transactions.status());
        }
        assertEquals(
                List.of(
                        "before",
                        "after " + Status.STATUS_COMMITTED,
                        "after " + Status.STATUS_ROLLEDBACK),
                seen);
    }

    private static Synchronization recorder(List<String> seen) {
        return new Synchronization() {
            @Override
            public void beforeCompletion() {
                seen.add("before");
            }

            @Override
            public void afterCompletion(int status) {
                seen.add("after " + status);
            }
        };
    }

    private FakePool pool(BadConnection.Factory factory, PoolQuirk... quirks) {
        return new FakePool(
                factory, 2, Set.of(quirks), violations, new FakeTransactions(violations));
    }

    private boolean found(String part) {
        return violations.list().stream().anyMatch(v -> v.contains(part));
    }
}
