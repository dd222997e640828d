/**
 * A small fake Jakarta Connectors container that misbehaves as real ones are known to.
 *
 * <p>It stands in for the server only: the broker is always real. It knows nothing of Leveret, only
 * the service provider interfaces, so that a test can name a server's habit ({@link
 * io.leveret.it.container.PoolQuirk}, {@link io.leveret.it.container.EndpointQuirk}) and see
 * whether the adapter keeps its part of the contract under it. What an adapter does against the
 * contract is not thrown at it, because a real server would not either: it is written down in
 * {@link io.leveret.it.container.Violations}, and the test looks there at the end.
 */
package io.leveret.it.container;
