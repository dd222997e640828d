/**
 * What the adapter tells about itself.
 *
 * <p>One stream of events per resource adapter instance ({@link io.leveret.ra.observe.Events}):
 * each is a line in the log, is kept among the last 200, and goes to the listeners of applications,
 * on worker threads and behind bounded queues. And MBeans, one per resource adapter, link,
 * connection factory and activation: their interfaces are here, each room implements its own and
 * registers it with {@link io.leveret.ra.observe.Mbeans}.
 *
 * <p>Called by every other room; knows none of them. Nothing here throws into the adapter, waits
 * for a listener or does I/O but the log's. Events and attributes carry no secrets; events that are
 * kept hold no objects of applications.
 */
package io.leveret.ra.observe;
