/**
 * The ledger: an append-only diary of what producers, consumers and fault injectors did, and the
 * reconciliation that finds lost, doubled and phantom messages in it.
 *
 * <p>Called by test applications inside application servers (which write) and by tests (which write
 * and reconcile). It is packaged into test archives, so it uses the JDK only: it must not know
 * JUnit, RabbitMQ's client, Leveret or any server.
 */
package io.leveret.it.ledger;
