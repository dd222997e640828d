package io.leveret.ra.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads {@code addresses}: {@code host}, {@code host:port}, {@code [ipv6]:port} and {@code
 * amqp://user:password@host:port/vhost}, separated by commas. URIs must agree with each other.
 */
final class AddressParser {

    private static final int DEFAULT_PORT = 5672;

    final List<HostPort> hosts = new ArrayList<>();
    String virtualHost;
    String userName;
    String password;

    private final String source;
    private final Problems problems;

    AddressParser(String source, Problems problems) {
        this.source = source;
        this.problems = problems;
        for (String part : source.split(",")) {
            String address = part.trim();
            if (address.isEmpty()) {
                wrong("has an empty entry");
            } else if (address.contains("://")) {
                uri(address);
            } else {
                hostPort(address);
            }
        }
    }

    /** Cuts user and password out of URIs, so that the text may be stored and shown. */
    static String withoutUserInfo(String addresses) {
        String cut = addresses.replaceAll("//[^/,\\s]*@", "//");
        // Malformed input may hide a secret anywhere before the last @: hide too much, not too
        // little.
        int at = cut.lastIndexOf('@');
        return at < 0 ? cut : "***" + cut.substring(at);
    }

    private void wrong(String what) {
        problems.add(
                Setting.ADDRESSES,
                source,
                what,
                "write host:port[,host:port...] or amqp://host:port/vhost");
    }

    private void hostPort(String address) {
        try {
            URI uri = new URI("amqp://" + address);
            if (uri.getHost() == null || !uri.getPath().isEmpty() || uri.getUserInfo() != null) {
                wrong("is no host:port");
            } else {
                add(uri);
            }
        } catch (URISyntaxException e) {
            // The exception's text repeats the input, which may hold a password: not passed on.
            wrong("is no host:port");
        }
    }

    private void uri(String address) {
        URI uri;
        try {
            uri = new URI(address);
        } catch (URISyntaxException e) {
            wrong("has a malformed URI");
            return;
        }
        if ("amqps".equalsIgnoreCase(uri.getScheme())) {
            wrong("asks for TLS, which this version does not offer yet");
        } else if (!"amqp".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
            wrong("has a URI that is not amqp://host");
        } else if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            wrong("has a URI with parameters, which are not supported");
        } else {
            add(uri);
            readPath(uri.getRawPath());
            readUserInfo(uri.getRawUserInfo());
        }
    }

    private void add(URI uri) {
        int port = uri.getPort() == -1 ? DEFAULT_PORT : uri.getPort();
        if (port < 1 || port > 65_535) {
            wrong("has a port outside 1 to 65535");
            return;
        }
        String host = uri.getHost();
        boolean ipv6 = host.startsWith("[") && host.endsWith("]");
        hosts.add(new HostPort(ipv6 ? host.substring(1, host.length() - 1) : host, port));
    }

    private void readPath(String path) {
        // amqp://host means "no virtual host said"; amqp://host/ means the one with the empty name.
        if (path == null || path.isEmpty()) {
            return;
        }
        virtualHost = agree(virtualHost, decode(path.substring(1)), "virtual hosts");
    }

    private void readUserInfo(String userInfo) {
        if (userInfo == null) {
            return;
        }
        int colon = userInfo.indexOf(':');
        String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
        userName = agree(userName, user, "users");
        if (colon >= 0) {
            password = agree(password, decode(userInfo.substring(colon + 1)), "passwords");
        }
    }

    private String agree(String before, String now, String what) {
        if (before != null && !Objects.equals(before, now)) {
            wrong("has URIs with different " + what);
        }
        return now;
    }

    private static String decode(String raw) {
        return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
