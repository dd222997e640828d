/**
 * Links: the physical connections to brokers, and everything that keeps them alive: registry,
 * supervision, back-off, addresses, the write gate, and the threads that the adapter runs on. What
 * a broker says about itself is read here too: its version, and why it has closed something.
 *
 * <p>Called by the outbound and inbound rooms, which ask for channels and hear of losses. Knows
 * settings and events; must not know managed connections, transactions or endpoints. It is the only
 * place that opens connections and the only one that starts threads.
 */
package io.leveret.ra.link;
