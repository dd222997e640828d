/**
 * The CDI extension: {@code @Inject MqPublisher}, with or without {@link io.leveret.MqTarget}, and
 * {@code @Observes MqEvent}.
 *
 * <p>Lives in the application ({@code WEB-INF/lib}) and is called by the CDI container only: at
 * deployment through {@link io.leveret.cdi.LeveretExtension}, at injection through the one bean
 * that it adds; and by the adapter, which tells its events until the application ends. It knows the
 * API, JNDI and CDI. It may not know the adapter, the broker client or which server it runs on:
 * everything about publishing is behind the {@link io.leveret.MqConnectionFactory} that it looks
 * up.
 */
package io.leveret.cdi;
