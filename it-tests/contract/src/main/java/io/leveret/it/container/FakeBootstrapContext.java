package io.leveret.it.container;

import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.XATerminator;
import jakarta.resource.spi.work.WorkContext;
import jakarta.resource.spi.work.WorkManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Timer;

/** What a resource adapter gets when it is started. */
final class FakeBootstrapContext implements BootstrapContext {

    private final WorkManager workManager;
    private final TransactionSynchronizationRegistry registry;

    FakeBootstrapContext(WorkManager workManager, TransactionSynchronizationRegistry registry) {
        this.workManager = workManager;
        this.registry = registry;
    }

    @Override
    public WorkManager getWorkManager() {
        return workManager;
    }

    @Override
    public XATerminator getXATerminator() {
        return null; // no inflow of foreign transactions
    }

    @Override
    public Timer createTimer() {
        return new Timer("fake-timer", true);
    }

    @Override
    public boolean isContextSupported(Class<? extends WorkContext> workContext) {
        return false;
    }

    @Override
    public TransactionSynchronizationRegistry getTransactionSynchronizationRegistry() {
        return registry;
    }
}
