/**
 * Topology: what an activation needs on the broker before it consumes (exchanges, its queue,
 * bindings), and a connection factory before it publishes, checked or declared at every subscribe
 * and over every connection; and the verifier, which says what about them will lose messages or
 * stop working.
 *
 * <p>Called by the inbound and the outbound room, which bring the channels and tell what was found.
 * Declares and looks; deletes nothing but its own probe, a queue that it makes on brokers before
 * 3.12; declares nothing else in order to find something out. Must not know activations, sessions,
 * factories, deliveries or how a message is retried, but for what queues have to do then.
 */
package io.leveret.ra.topology;
