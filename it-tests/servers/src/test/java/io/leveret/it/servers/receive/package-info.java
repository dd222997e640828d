/**
 * The application of the ledger run, for WildFly: listeners that write down what they do, each in a
 * file of its own that survives a kill of the server. It is told by system properties where the
 * files are, because after such a kill nobody could tell it before its first delivery.
 */
package io.leveret.it.servers.receive;
