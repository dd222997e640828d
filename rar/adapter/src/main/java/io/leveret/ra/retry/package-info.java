/**
 * Retry: what becomes of a message that has failed. It is copied to a wait queue that brings it
 * back after its delay, or to the parking queue when it has failed for the last time; the copy is
 * confirmed before the original is acknowledged.
 *
 * <p>Called by the inbound room, once for each failure. Publishes through the outbound room's own
 * publisher; must not know sessions, endpoints or transactions.
 */
package io.leveret.ra.retry;
