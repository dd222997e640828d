/**
 * Real databases for tests, and the ways to break them: private PostgreSQL servers.
 *
 * <p>Called by integration tests in the test's own process, never from inside an application
 * server. It must know neither Leveret nor a JDBC driver: what it asks a database goes through
 * PostgreSQL's own client.
 */
package io.leveret.it.database;
