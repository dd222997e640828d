/**
 * The application that is measured: message-driven beans of Leveret and of the adapter without a
 * broker, and an HTTP interface that runs the rounds inside of the server.
 */
package io.leveret.it.bench.app;
