/**
 * Applications that use several brokers: they publish through whatever connection factory they are
 * told, and receive with the listeners that the tests put into them.
 */
package io.leveret.it.servers.many;
