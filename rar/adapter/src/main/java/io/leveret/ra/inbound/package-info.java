/**
 * Inbound: activations of message-driven beans, their sessions, deliveries and settlement.
 *
 * <p>Called by the resource adapter bean. Gets channels from the link room, has the topology room
 * see to the queue, gets the thread's transaction from the tx room, and hands what has failed to
 * the retry room; must not know managed connections or how anything is published.
 */
package io.leveret.ra.inbound;
