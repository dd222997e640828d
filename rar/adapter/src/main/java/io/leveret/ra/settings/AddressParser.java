package io.leveret.ra.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code addresses}: {@code host}, {@code host:port}, {@code [ipv6]:port} and {@code
 * amqp(s)://user:password@host:port/vhost?parameter=value}, separated by commas. What a URI says
 * beside its host stands for settings; URIs must agree with each other.
 */
final class AddressParser {

    private static final int PLAIN_PORT = 5672;
    private static final int TLS_PORT = 5671;

    /** Host and port; names may hold underscores, which {@link URI} takes for no host at all. */
    private static final Pattern HOST_PORT =
            Pattern.compile("(?:\\[([0-9a-fA-F:.]+(?:%[\\w.-]+)?)]|([\\w.-]+))(?::(\\d{1,9}))?");

    /** Settings that the URIs stand for. */
    final Map<Setting, String> said = new EnumMap<>(Setting.class);

    /** Where to connect to; a port of 0 means the usual one. */
    private final List<HostPort> hosts = new ArrayList<>();

    private final String source;
    private final Problems problems;

    AddressParser(String source, Problems problems) {
        this.source = source;
        this.problems = problems;
        for (String part : source.split(",", -1)) {
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

    /** Gives the hosts, each once; a placeholder when nothing could be read. */
    List<HostPort> hosts(boolean tls) {
        Set<HostPort> once = new HashSet<>();
        List<HostPort> found = new ArrayList<>();
        for (HostPort host : hosts) {
            int port = host.port() != 0 ? host.port() : tls ? TLS_PORT : PLAIN_PORT;
            HostPort whole = new HostPort(host.host(), port);
            if (once.add(whole)) {
                found.add(whole);
            } else {
                wrong("names " + whole + " twice");
            }
        }
        return found.isEmpty() ? List.of(new HostPort("invalid", 1)) : found;
    }

    private void wrong(String what) {
        problems.add(
                Setting.ADDRESSES,
                source,
                what,
                "write host:port[,host:port...], IPv6 in brackets, or amqp://host:port/vhost, or"
                        + " amqps://");
    }

    private void hostPort(String address) {
        if (!add(address)) {
            wrong("is no host:port");
        }
    }

    private boolean add(String hostPort) {
        Matcher parts = HOST_PORT.matcher(hostPort);
        if (!parts.matches()) {
            return false;
        }
        int port = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
        if (parts.group(3) != null && (port < 1 || port > 65_535)) {
            wrong("has a port outside 1 to 65535");
        } else {
            String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
            hosts.add(new HostPort(host, port));
        }
        return true;
    }

    private void uri(String address) {
        URI uri;
        try {
            uri = new URI(address);
        } catch (URISyntaxException e) {
            // The exception's text repeats the input, which may hold a password: not passed on.
            wrong("has a malformed URI");
            return;
        }
        boolean tls = "amqps".equalsIgnoreCase(uri.getScheme());
        if (!tls && !"amqp".equalsIgnoreCase(uri.getScheme()) || uri.getRawAuthority() == null) {
            wrong("has a URI that is neither amqp://host nor amqps://host");
            return;
        }
        String authority = uri.getRawAuthority();
        int at = authority.lastIndexOf('@');
        if (!add(authority.substring(at + 1))) {
            wrong("has a URI without a proper host:port");
            return;
        }
        say(Setting.TLS, String.valueOf(tls));
        if (at >= 0) {
            readUserInfo(authority.substring(0, at));
        }
        readPath(uri.getRawPath());
        UriParameters.read(uri.getRawQuery(), this::say, this::wrong);
        if (uri.getRawFragment() != null) {
            wrong("has a URI with a fragment (#); write %23 in passwords and names");
        }
    }

    private void readPath(String path) {
        // amqp://host means "no virtual host said"; amqp://host/ means the one with the empty name.
        if (path == null || path.isEmpty()) {
            return;
        }
        if (path.indexOf('/', 1) >= 0) {
            wrong("has a URI with several slashes after the host; write %2F inside a virtual host");
        } else {
            say(Setting.VIRTUAL_HOST, UriParameters.decode(path.substring(1)));
        }
    }

    private void readUserInfo(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = UriParameters.decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
        if (user.isEmpty()) {
            wrong("has a URI with an empty user");
            return;
        }
        say(Setting.USER_NAME, user);
        if (colon >= 0) {
            say(Setting.PASSWORD, UriParameters.decode(userInfo.substring(colon + 1)));
        }
    }

    private void say(Setting setting, String value) {
        String before = said.put(setting, value);
        if (before != null && !before.equals(value)) {
            wrong("has URIs with different values of " + setting.property());
        }
    }
}
