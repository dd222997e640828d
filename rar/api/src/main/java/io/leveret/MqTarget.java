package io.leveret;

import jakarta.enterprise.util.Nonbinding;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says where an injected {@link MqPublisher} publishes to. Optional: without it the publisher uses
 * the default connection factory and each call names its destination.
 *
 * <pre>{@code
 * @Inject
 * @MqTarget(exchange = "orders", routingKey = "new")
 * MqPublisher orders;
 * }</pre>
 */
@Qualifier
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE})
public @interface MqTarget {

    /**
     * The exchange; empty is the default exchange, which routes to the queue that the routing key
     * names.
     *
     * @return the exchange
     */
    @Nonbinding
    String exchange() default "";

    /**
     * The routing key; left empty, each call names one.
     *
     * @return the routing key
     */
    @Nonbinding
    String routingKey() default "";

    /**
     * The JNDI name of the connection factory; left empty, the server's default for Leveret ({@code
     * java:/leveret/ConnectionFactory} on WildFly, {@code leveret/ConnectionFactory} elsewhere).
     *
     * @return the JNDI name
     */
    @Nonbinding
    String connectionFactory() default "";

    /**
     * What a call means in a JTA transaction: none or one value; none means as the factory says.
     *
     * @return at most one mode
     */
    @Nonbinding
    MqTransactionMode[] transactionMode() default {};

    /**
     * Whether messages are published without a confirm, so that some may be lost without a word:
     * see {@link MqPublisherOptions#withUnconfirmed}. Contradicts a {@code transactionMode} other
     * than {@link MqTransactionMode#NONE}.
     *
     * @return true to publish without a confirm
     */
    @Nonbinding
    boolean unconfirmed() default false;
}
