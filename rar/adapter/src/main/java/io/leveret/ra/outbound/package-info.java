/**
 * Outbound: managed connections (each an AMQP channel), the handles of applications, publishers,
 * the tracking of confirms, and what is published again or without them.
 *
 * <p>Called by the server's pool, by applications through the API, and by transactions after their
 * commit. Gets channels from the link room; must not know activations or endpoints.
 */
package io.leveret.ra.outbound;
