/**
 * Outbound: managed connections (each an AMQP channel), the handles of applications, publishers,
 * and the tracking of confirms.
 *
 * <p>Called by the server's pool, by applications through the API, and by transactions after their
 * commit. Gets channels from the link room; must not know activations or endpoints.
 */
package io.leveret.ra.outbound;
