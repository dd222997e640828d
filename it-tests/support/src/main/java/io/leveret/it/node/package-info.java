/**
 * Runs the scripts that keep private servers for tests: brokers, clusters, databases.
 *
 * <p>Called by the packages that show these servers to tests. It must not know what kind of server
 * a script keeps.
 */
package io.leveret.it.node;
