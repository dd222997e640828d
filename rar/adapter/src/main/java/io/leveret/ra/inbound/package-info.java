/**
 * Inbound: activations of message-driven beans, their sessions, deliveries and settlement.
 *
 * <p>Called by the resource adapter bean. Gets channels from the link room and the thread's
 * transaction from the tx room; must not know managed connections or publishers.
 */
package io.leveret.ra.inbound;
