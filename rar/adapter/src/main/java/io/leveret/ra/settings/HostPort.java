package io.leveret.ra.settings;

import java.io.Serializable;

/**
 * One address of a broker.
 *
 * @param host a name or a literal address, IPv6 without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) implements Serializable {

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
