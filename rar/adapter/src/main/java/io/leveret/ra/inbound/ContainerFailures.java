package io.leveret.ra.inbound;

import io.leveret.ra.observe.Causes;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import java.util.Set;
import java.util.function.Predicate;

/** Reads what a container means by its exceptions. Stateless. */
final class ContainerFailures {

    /** How deep a cause may lie; causes can go round in circles. */
    private static final int CAUSES = 20;

    /**
     * What listener calls throw when the call reaches no bean; by name, since only WildFly has it.
     */
    private static final Set<String> UNAVAILABLE = Set.of("EJBComponentUnavailableException");

    private ContainerFailures() {}

    /**
     * Whether it says that a commit had no or no certain success. WildFly's transaction manager
     * tells synchronizations of such an outcome that it is a commit: a database that refuses the
     * only phase, or whose connection is lost in it.
     *
     * @param failure what afterDelivery has thrown, may be null
     */
    static boolean isInDoubt(Throwable failure) {
        return anyCause(
                failure,
                cause ->
                        cause instanceof HeuristicMixedException
                                || cause instanceof HeuristicRollbackException
                                || cause instanceof RollbackException);
    }

    /**
     * Whether it says that nobody has seen the message. WildFly shuts the bean down before it
     * deactivates the endpoint, and beforeDelivery succeeds all the same.
     *
     * @param failure what the listener's call has thrown, may be null
     */
    static boolean isUnavailable(Throwable failure) {
        return anyCause(failure, cause -> UNAVAILABLE.contains(cause.getClass().getSimpleName()));
    }

    private static boolean anyCause(Throwable failure, Predicate<Throwable> test) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < CAUSES; i++) {
            if (test.test(cause)) {
                return true;
            }
            cause = Causes.of(cause);
        }
        return false;
    }
}
