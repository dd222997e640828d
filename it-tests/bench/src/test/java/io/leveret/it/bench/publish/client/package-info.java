/**
 * Programs that publish, each client in a process of its own: Leveret as in a plain JVM, the bare
 * client in its usual ways, Spring AMQP. They take orders from the rounds; they know nothing of
 * what they are compared with.
 */
package io.leveret.it.bench.publish.client;
