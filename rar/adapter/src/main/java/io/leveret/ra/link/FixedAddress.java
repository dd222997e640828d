package io.leveret.ra.link;

import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Answers the client's transport, which connects by name, with the address that was chosen for this
 * attempt: so the name stays the one that TLS asks for and verifies, and no name is ever resolved
 * on an event loop. Immutable.
 *
 * <p>Its resolvers are not remembered per event loop, as the superclass would: one group is made
 * for each attempt, and each would stay registered with the loop for ever.
 */
final class FixedAddress extends AddressResolverGroup<InetSocketAddress> {

    private final InetAddress address;

    FixedAddress(InetAddress address) {
        this.address = address;
    }

    @Override
    public AddressResolver<InetSocketAddress> getResolver(EventExecutor executor) {
        return newResolver(executor);
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new AbstractAddressResolver<>(executor, InetSocketAddress.class) {
            @Override
            protected boolean doIsResolved(InetSocketAddress asked) {
                return !asked.isUnresolved();
            }

            @Override
            protected void doResolve(InetSocketAddress asked, Promise<InetSocketAddress> promise) {
                promise.setSuccess(new InetSocketAddress(address, asked.getPort()));
            }

            @Override
            protected void doResolveAll(
                    InetSocketAddress asked, Promise<List<InetSocketAddress>> promise) {
                promise.setSuccess(List.of(new InetSocketAddress(address, asked.getPort())));
            }
        };
    }
}
