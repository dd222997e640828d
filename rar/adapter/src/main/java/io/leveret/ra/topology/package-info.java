/**
 * Topology: what an activation needs on the broker before it consumes (exchanges, its queue,
 * bindings), checked or declared at every subscribe; and the verifier, which says what about them
 * will lose messages or stop working.
 *
 * <p>Called by the inbound room, which brings the channels and tells what was found. Declares and
 * looks; deletes nothing but its own probe, a queue that it makes on brokers before 3.12; declares
 * nothing else in order to find something out. Must not know activations, sessions, deliveries or
 * how a message is retried, but for what queues have to do then.
 */
package io.leveret.ra.topology;
