/**
 * Applications that use several brokers: one that publishes through whatever connection factory it
 * is told and receives from the first broker, and one that receives from the second.
 */
package io.leveret.it.servers.many;
