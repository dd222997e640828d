package io.leveret.ra.retry;

import io.leveret.MqRetry;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.settings.RetrySettings;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells kinds of failures apart by the names of their exceptions, for their classes belong to the
 * application. Immutable and thread-safe.
 */
public final class FailureKinds {

    /** What a failure means for its message. */
    enum Kind {
        /** It counts as a try; the usual kind. */
        RETRY,
        /** Another try is in vain. */
        ABORT,
        /** It is not the message's fault. */
        REQUEUE
    }

    /** An application's exception may say anything of its causes. */
    private static final int DEEPEST = 100;

    private final Set<String> abortOn;
    private final Set<String> requeueOn;

    private FailureKinds(Set<String> abortOn, Set<String> requeueOn) {
        this.abortOn = abortOn;
        this.requeueOn = requeueOn;
    }

    /**
     * Puts together what settings and bean say.
     *
     * @param settings the activation's settings
     * @param bean the bean's class, which may carry {@link MqRetry}; null when it is not known
     * @return the kinds
     */
    public static FailureKinds of(RetrySettings settings, Class<?> bean) {
        Set<String> abortOn = new HashSet<>(settings.abortOn());
        Set<String> requeueOn = new HashSet<>(settings.requeueOn());
        MqRetry retry = bean == null ? null : bean.getAnnotation(MqRetry.class);
        if (retry != null) {
            Arrays.stream(retry.abortOn()).map(Class::getName).forEach(abortOn::add);
            Arrays.stream(retry.requeueOn()).map(Class::getName).forEach(requeueOn::add);
        }
        return new FailureKinds(abortOn, requeueOn);
    }

    /** Gives the kind of a failure; null, which is a plain rejection, is the usual one. */
    Kind of(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < DEEPEST; depth++, at = Causes.of(at)) {
            if (isOneOf(abortOn, at)) {
                return Kind.ABORT;
            }
            if (isOneOf(requeueOn, at)) {
                return Kind.REQUEUE;
            }
        }
        return Kind.RETRY;
    }

    private static boolean isOneOf(Set<String> names, Throwable failure) {
        for (Class<?> type = failure.getClass(); type != null; type = type.getSuperclass()) {
            if (names.contains(type.getName())) {
                return true;
            }
        }
        return false;
    }
}
