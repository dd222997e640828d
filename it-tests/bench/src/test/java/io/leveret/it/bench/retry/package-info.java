/**
 * Measures what messages that fail cost others, and how exactly they come again: one resource
 * adapter in the fake container of the contract tests, in the process of the test, against a broker
 * of its own. Of the adapter it knows the beans that are configured, and how the queues are named
 * that it makes.
 */
package io.leveret.it.bench.retry;
