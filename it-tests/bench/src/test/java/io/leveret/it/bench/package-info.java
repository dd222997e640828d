/**
 * Measures what receiving over Leveret costs. The test here fills queues, tells the processes that
 * consume to run rounds, and writes the figures up; it looks into no other room of the adapter.
 */
package io.leveret.it.bench;
