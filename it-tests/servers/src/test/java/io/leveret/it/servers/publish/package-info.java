/**
 * The application of the ledger run of publishing, for WildFly: 64 threads that publish through an
 * enterprise bean in every way that there is, and write down what they attempt and what they are
 * told, in a file that survives a kill of the server.
 *
 * <p>Used by the test too, which reads from the id of each message how it was published.
 */
package io.leveret.it.servers.publish;
