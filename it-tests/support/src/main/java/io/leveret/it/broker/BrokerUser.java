package io.leveret.it.broker;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A user of a private node, with a name and a password of its own, in the virtual host {@code /}.
 * At first it may do everything there. One thread at a time.
 */
public final class BrokerUser implements AutoCloseable {

    private static final String ALL = ".*";

    private final BrokerNode node;
    private final String name;
    private final String password;

    private BrokerUser(BrokerNode node, String name, String password) {
        this.node = node;
        this.name = name;
        this.password = password;
        node.eval(call("add_user", name, password) + ", " + permission(ALL, ALL, ALL) + ".");
    }

    /** Adds a user whose name and password nobody else has. */
    public static BrokerUser on(BrokerNode node) {
        return of(node, "u-" + UUID.randomUUID(), "s-" + UUID.randomUUID());
    }

    /** Adds a user with this name and password. */
    public static BrokerUser of(BrokerNode node, String name, String password) {
        return new BrokerUser(node, name, password);
    }

    /** The user's name. */
    public String name() {
        return name;
    }

    /** The password that it was added with. */
    public String password() {
        return password;
    }

    /**
     * Says what the user may do from now on, as regular expressions over names. The broker may go
     * on with what it has cached for a channel.
     */
    public void permit(String configure, String write, String read) {
        node.eval(permission(configure, write, read) + ".");
    }

    /** It may declare and delete only what has such a name; read and write everything. */
    public void mayConfigure(String names) {
        permit(names, ALL, ALL);
    }

    /** It may consume only from what has such a name; configure and write everything. */
    public void mayRead(String names) {
        permit(ALL, ALL, names);
    }

    /** Changes the password in the broker; connections that are open stay. */
    public void changePassword(String changed) {
        node.eval(call("change_password", name, changed) + ".");
    }

    /** Removes the user; the broker closes its connections. */
    @Override
    public void close() {
        node.eval(call("delete_user", name) + ".");
    }

    private String permission(String configure, String write, String read) {
        return call("set_permissions", name, "/", configure, write, read);
    }

    private static String call(String function, String... arguments) {
        StringBuilder code = new StringBuilder("rabbit_auth_backend_internal:" + function + "(");
        for (String argument : arguments) {
            code.append(binary(argument)).append(", ");
        }
        return code.append("<<\"test\">>)").toString();
    }

    /** As numbers, so that nothing needs escaping on the way. */
    private static String binary(String text) {
        StringBuilder code = new StringBuilder("<<");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            code.append(code.length() == 2 ? "" : ",").append(b & 0xff);
        }
        return code.append(">>").toString();
    }
}
