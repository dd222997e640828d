/**
 * The unattended check of the example: {@code examples/run --check} starts {@link
 * io.leveret.example.orders.check.LedgerCheck} against a running server and a private broker.
 *
 * <p>It knows the application by its HTTP interface only, and writes what the application has
 * accepted and processed into the project's ledger, which judges it.
 */
package io.leveret.example.orders.check;
