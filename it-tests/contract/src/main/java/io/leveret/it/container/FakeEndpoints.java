package io.leveret.it.container;

import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.transaction.xa.XAResource;

/**
 * The message endpoint factory of one bean. The listener object stands for the bean: it is called
 * inside the transaction that beforeDelivery has begun and afterDelivery completes.
 */
public final class FakeEndpoints implements MessageEndpointFactory {

    private final Class<?> type;
    private final Object listener;
    private final FakeTransactions transactions;
    private final Set<EndpointQuirk> quirks;
    private final Violations violations;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger created = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger deliveries = new AtomicInteger();
    private final AtomicInteger rejected = new AtomicInteger();
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger rollbacks = new AtomicInteger();
    private final AtomicInteger failBefore = new AtomicInteger();
    private final AtomicInteger failCommit = new AtomicInteger();
    private final AtomicInteger doubtCommit = new AtomicInteger();
    private final AtomicInteger breakBefore = new AtomicInteger();
    private final AtomicInteger doom = new AtomicInteger();
    private volatile boolean available = true;
    private volatile boolean suspended;
    private volatile Runnable beforeCommit = () -> {};
    private volatile Runnable afterCommit = () -> {};

    <T> FakeEndpoints(
            Class<T> type,
            T listener,
            FakeTransactions transactions,
            Set<EndpointQuirk> quirks,
            Violations violations) {
        this.type = type;
        this.listener = listener;
        this.transactions = transactions;
        this.quirks = Set.copyOf(quirks);
        this.violations = violations;
    }

    @Override
    public MessageEndpoint createEndpoint(XAResource resource) throws UnavailableException {
        if (!available) {
            refused.incrementAndGet();
            throw new UnavailableException("the application has not started yet");
        }
        if (resource != null) {
            violations.add("an XAResource that some servers never enlist");
        }
        created.incrementAndGet();
        open.incrementAndGet();
        return (MessageEndpoint)
                Proxy.newProxyInstance(
                        listener.getClass().getClassLoader(),
                        new Class<?>[] {type, MessageEndpoint.class},
                        new EndpointHandler(this));
    }

    @Override
    public MessageEndpoint createEndpoint(XAResource resource, long timeout)
            throws UnavailableException {
        violations.add("createEndpoint with a timeout spins on some servers");
        return createEndpoint(resource);
    }

    @Override
    public boolean isDeliveryTransacted(Method method) {
        return transacted();
    }

    @Override
    public String getActivationName() {
        return "fake"; // not unique, as on WildFly and TomEE
    }

    @Override
    public Class<?> getEndpointClass() {
        return listener.getClass();
    }

    /** Lets createEndpoint refuse, as at a server's start, or work. */
    public void available(boolean value) {
        available = value;
    }

    /**
     * WildFly's server that is suspended, or whose application is being undeployed: listener calls
     * throw before the interceptor that would mark the transaction, so afterDelivery commits.
     */
    public void suspended(boolean value) {
        suspended = value;
    }

    /** Lets the next beforeDelivery calls fail. */
    public void failBefore(int count) {
        failBefore.set(count);
    }

    /** Lets the next beforeDelivery calls throw an Error, as a half undeployed application does. */
    public void breakBefore(int count) {
        breakBefore.set(count);
    }

    /**
     * Lets the next transactions be marked for rollback before the listener is called, as an
     * interceptor, a timeout or another resource may do.
     */
    public void doom(int count) {
        doom.set(count);
    }

    /** Lets the next commits end in a rollback. */
    public void failCommit(int count) {
        failCommit.set(count);
    }

    /**
     * Lets the next commits end in doubt, as on WildFly when a database refuses the only phase:
     * synchronizations hear that it has committed, afterDelivery throws.
     */
    public void doubtCommit(int count) {
        doubtCommit.set(count);
    }

    /** Runs in afterDelivery before the commit. */
    public void beforeCommit(Runnable task) {
        beforeCommit = task;
    }

    /** Runs in afterDelivery after the commit. */
    public void afterCommit(Runnable task) {
        afterCommit = task;
    }

    /** Counts endpoints that were created and not released. */
    public int open() {
        return open.get();
    }

    /** Counts endpoints. */
    public int created() {
        return created.get();
    }

    /** Counts createEndpoint calls that were refused. */
    public int refused() {
        return refused.get();
    }

    /** Counts calls that reached the listener. */
    public int deliveries() {
        return deliveries.get();
    }

    /** Counts listener calls that threw before they reached the listener. */
    public int rejected() {
        return rejected.get();
    }

    /** Counts committed deliveries. */
    public int commits() {
        return commits.get();
    }

    /** Counts deliveries that were rolled back. */
    public int rollbacks() {
        return rollbacks.get();
    }

    boolean transacted() {
        return !quirks.contains(EndpointQuirk.NOT_TRANSACTED);
    }

    boolean swallows() {
        return quirks.contains(EndpointQuirk.SWALLOWS_FAILURES);
    }

    boolean isSuspended() {
        return suspended;
    }

    Class<?> type() {
        return type;
    }

    Object listener() {
        return listener;
    }

    FakeTransactions transactions() {
        return transactions;
    }

    Violations violations() {
        return violations;
    }

    boolean takeBeforeFailure() {
        return take(failBefore);
    }

    boolean takeBeforeError() {
        return take(breakBefore);
    }

    boolean takeDoom() {
        return take(doom);
    }

    boolean takeCommitFailure() {
        return take(failCommit);
    }

    boolean takeCommitDoubt() {
        return take(doubtCommit);
    }

    private static boolean take(AtomicInteger left) {
        return left.getAndUpdate(n -> n > 0 ? n - 1 : 0) > 0;
    }

    void released() {
        open.decrementAndGet();
    }

    void delivered() {
        deliveries.incrementAndGet();
    }

    void rejectedOne() {
        rejected.incrementAndGet();
    }

    void committing() {
        beforeCommit.run();
    }

    void committed() {
        commits.incrementAndGet();
        afterCommit.run();
    }

    void rolledBack() {
        rollbacks.incrementAndGet();
    }
}
