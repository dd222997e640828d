/**
 * Measures what publishing over Leveret costs, against the bare client and Spring AMQP. The test
 * here tells the programs of {@link io.leveret.it.bench.publish.client} to publish, looks whether
 * all has arrived, and writes the figures up.
 */
package io.leveret.it.bench.publish;
