package io.leveret.ra.outbound;

import io.leveret.ra.link.LinkGroup;
import jakarta.resource.spi.CommException;

/** A publisher's lease needs links that are not ready: it waits for them without the lease. */
final class LinksDownException extends CommException {

    private static final long serialVersionUID = 1L;

    private final transient LinkGroup links;

    LinksDownException(LinkGroup links) {
        super("No connection to RabbitMQ: " + links.whyNotReady());
        this.links = links;
    }

    LinkGroup links() {
        return links;
    }
}
