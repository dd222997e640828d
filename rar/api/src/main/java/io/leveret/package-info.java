/**
 * What applications compile against: messages, publishers, the connection handle, the listener and
 * the exceptions.
 *
 * <p>An application names this artifact with scope {@code provided}; at run time the classes come
 * from the resource adapter archive, so that both sides share one copy. Nothing here knows the
 * broker client, the server or how the adapter works inside, and no type of {@code
 * com.rabbitmq.client} appears in a signature.
 */
package io.leveret;
