/**
 * What a publish means inside a JTA transaction: the buffer that belongs to the transaction, and
 * the context of a message-driven bean's delivery that buffers join.
 *
 * <p>Called by the outbound room to enlist publishes and by the inbound room around a delivery. It
 * works on the server's transaction synchronization registry only; it must not know channels,
 * endpoints or the container's pool.
 */
package io.leveret.ra.tx;
