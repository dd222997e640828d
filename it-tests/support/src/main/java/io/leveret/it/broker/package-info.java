/**
 * Real brokers for tests, and the ways to break them: private RabbitMQ nodes, a TCP proxy that
 * injects faults, and a look into the queues at the end.
 *
 * <p>Called by integration tests in the test's own process, never from inside an application
 * server. It must not know Leveret, so that a bug there cannot hide itself here; of the ledger it
 * knows only the form in which leftover messages are handed over.
 */
package io.leveret.it.broker;
