package io.leveret;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which exceptions of a message-driven bean are not worth another try, and which are not the
 * message's fault.
 *
 * <pre>{@code
 * @MessageDriven(...)
 * @MqRetry(abortOn = InvalidOrderException.class, requeueOn = WarehouseDownException.class)
 * public class OrderListener implements MqMessageListener { ... }
 * }</pre>
 *
 * <p>Subclasses count too. The exception itself is looked at first, then its cause, and so on: the
 * first one that is named here, or in the activation's {@code abortOn} and {@code requeueOn},
 * decides; {@code abortOn} when it is named in both. Any other failure is retried as the activation
 * is configured.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface MqRetry {

    /**
     * Names exceptions that end a message at once: it is parked, or dead-lettered, without another
     * try.
     *
     * @return the classes
     */
    Class<? extends Throwable>[] abortOn() default {};

    /**
     * Names exceptions that are not counted as a try: the message stays unsettled with its session,
     * where it is tried again after {@code retryDelay}, however often. It takes a place of {@code
     * prefetch} meanwhile, so that a session all of whose messages wait like that takes no more.
     *
     * @return the classes
     */
    Class<? extends Throwable>[] requeueOn() default {};
}
