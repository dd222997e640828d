package io.leveret.it.container;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ApplicationServerInternalException;
import jakarta.resource.spi.LocalTransactionException;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * One endpoint. Its order is fixed, and all of it happens on one thread:
 *
 * <pre>
 * READY ── beforeDelivery ──▶ BEFORE ── listener call ──▶ CALLED ── afterDelivery ──▶ READY
 * READY ── release ──▶ RELEASED
 * </pre>
 */
final class EndpointHandler implements InvocationHandler {

    private enum State {
        READY,
        BEFORE,
        CALLED,
        RELEASED
    }

    private final FakeEndpoints bean;
    private final FakeTransactions transactions;
    private volatile State state = State.READY;
    private volatile Thread owner;
    private volatile boolean beforeFailed;
    private volatile Method announced;

    EndpointHandler(FakeEndpoints bean) {
        this.bean = bean;
        this.transactions = bean.transactions();
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "fake endpoint of " + bean.getEndpointClass().getName();
            };
        }
        if (method.getDeclaringClass().isAssignableFrom(bean.type())) {
            return call(method, arguments);
        }
        switch (method.getName()) {
            case "beforeDelivery" -> before((Method) arguments[0]);
            case "afterDelivery" -> after();
            default -> release();
        }
        return null;
    }

    private void before(Method method) throws ResourceException {
        if (state != State.READY) {
            bean.violations().add("beforeDelivery in state " + state);
        }
        if (method == null) {
            bean.violations().add("beforeDelivery without a method");
        }
        if (bean.takeBeforeError()) {
            throw new NoClassDefFoundError("gone with its application");
        }
        announced = method;
        owner = Thread.currentThread();
        state = State.BEFORE;
        beforeFailed = bean.takeBeforeFailure();
        if (beforeFailed) {
            if (bean.swallows()) {
                return;
            }
            state = State.READY;
            throw new ApplicationServerInternalException("beforeDelivery failed");
        }
        if (bean.transacted()) {
            transactions.begin();
            if (bean.takeDoom()) {
                transactions.setRollbackOnly();
            }
        }
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        if (state != State.BEFORE) {
            bean.violations().add("listener called in state " + state);
        }
        if (!method.equals(announced)) {
            bean.violations().add("listener method is not the announced one");
        }
        state = State.CALLED;
        if (beforeFailed) {
            bean.rejectedOne();
            throw new IllegalStateException("no transaction could be started");
        }
        if (bean.isSuspended()) {
            bean.rejectedOne();
            throw new EJBComponentUnavailableException("the server is suspended");
        }
        bean.delivered();
        try {
            return method.invoke(bean.listener(), arguments);
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            boolean system = thrown instanceof RuntimeException || thrown instanceof Error;
            if (system && transactions.status() != Status.STATUS_NO_TRANSACTION) {
                transactions.setRollbackOnly();
            }
            throw thrown; // a checked one marks nothing: the transaction would commit
        }
    }

    private void after() throws ResourceException {
        if (state != State.BEFORE && state != State.CALLED) {
            bean.violations().add("afterDelivery in state " + state);
        }
        if (owner != Thread.currentThread()) {
            bean.violations().add("afterDelivery on another thread than beforeDelivery");
        }
        state = State.READY;
        if (beforeFailed || transactions.status() == Status.STATUS_NO_TRANSACTION) {
            beforeFailed = false;
            return;
        }
        bean.committing();
        if (transactions.status() == Status.STATUS_MARKED_ROLLBACK) {
            transactions.rollback(); // silently, as servers do when the bean has asked for it
            bean.rolledBack();
            return;
        }
        if (bean.takeCommitFailure()) {
            transactions.setRollbackOnly();
        }
        try {
            transactions.commit();
        } catch (RollbackException e) {
            bean.rolledBack();
            if (!bean.swallows()) {
                throw new ApplicationServerInternalException("the commit failed", e);
            }
            return;
        }
        if (bean.takeCommitDoubt()) {
            throw new LocalTransactionException(new HeuristicMixedException());
        }
        bean.committed();
    }

    private void release() {
        if (state != State.READY) {
            bean.violations().add("release in state " + state);
        }
        if (state != State.RELEASED) {
            bean.released();
        }
        state = State.RELEASED;
    }
}
