/**
 * Topology: what an activation needs on the broker before it consumes (exchanges, its queue,
 * bindings), checked or declared at every subscribe; and the verifier, which says what about them
 * will lose messages or stop working.
 *
 * <p>Called by the inbound room, which brings the channels and tells what was found. Declares and
 * looks; deletes nothing, and never declares in order to find something out. Must not know
 * activations, sessions, deliveries or how a message is retried, but for what its queue has to do
 * then.
 */
package io.leveret.ra.topology;
