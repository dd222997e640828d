/**
 * The tests on real servers. The scenarios ({@code *Scenarios}) know a server only as {@link
 * io.leveret.it.servers.ServerUnderTest}, talk to the test application by HTTP and to the broker by
 * AMQP; a test class per server and scenario ({@code WildFly*Test}, {@code Payara*Test}) says where
 * they run. Queues are declared by the tests.
 */
package io.leveret.it.servers;
