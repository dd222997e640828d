package io.leveret.ra.settings;

import static io.leveret.ra.settings.Setting.ADDRESSES;
import static io.leveret.ra.settings.Setting.KEY_STORE;
import static io.leveret.ra.settings.Setting.KEY_STORE_PASSWORD;
import static io.leveret.ra.settings.Setting.KEY_STORE_TYPE;
import static io.leveret.ra.settings.Setting.OAUTH2_CLIENT_ID;
import static io.leveret.ra.settings.Setting.OAUTH2_CLIENT_SECRET;
import static io.leveret.ra.settings.Setting.OAUTH2_PARAMETERS;
import static io.leveret.ra.settings.Setting.OAUTH2_SCOPE;
import static io.leveret.ra.settings.Setting.OAUTH2_TOKEN_ENDPOINT;
import static io.leveret.ra.settings.Setting.PASSWORD;
import static io.leveret.ra.settings.Setting.PASSWORD_FILE;
import static io.leveret.ra.settings.Setting.PRIVATE_KEY;
import static io.leveret.ra.settings.Setting.SASL_MECHANISM;
import static io.leveret.ra.settings.Setting.TLS;
import static io.leveret.ra.settings.Setting.TRUST_STORE;
import static io.leveret.ra.settings.Setting.TRUST_STORE_PASSWORD;
import static io.leveret.ra.settings.Setting.TRUST_STORE_TYPE;
import static io.leveret.ra.settings.Setting.USER_NAME;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Tells what a bean says by itself from what a container may have copied onto it: the Connectors
 * specification lets containers copy the resource adapter's properties onto the other beans, and a
 * copy looks like a value that somebody wrote.
 *
 * <p>A broker set all of whose values equal the resource adapter's is a copy. In one that differs
 * somewhere, equal values count, because somebody may have written them, unless they make no sense
 * beside the others: another way to log in, the resource adapter's login at other addresses, stores
 * without TLS. Stateless.
 */
final class Copies {

    static final Set<Setting> LOGIN =
            Collections.unmodifiableSet(EnumSet.of(USER_NAME, PASSWORD, PASSWORD_FILE));

    static final Set<Setting> OAUTH2 =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            OAUTH2_TOKEN_ENDPOINT,
                            OAUTH2_CLIENT_ID,
                            OAUTH2_CLIENT_SECRET,
                            OAUTH2_SCOPE,
                            OAUTH2_PARAMETERS));

    static final Set<Setting> IDENTITY =
            Collections.unmodifiableSet(
                    EnumSet.of(KEY_STORE, KEY_STORE_TYPE, KEY_STORE_PASSWORD, PRIVATE_KEY));

    private Copies() {}

    /**
     * Takes copies out of a bean's level, and reads the URIs of what remains.
     *
     * @param bean the bean's level
     * @param adapter what the resource adapter's bean was given, expanded, before its URIs were
     *     read
     */
    static void sort(Level bean, Map<Setting, String> adapter) {
        Set<Setting> equal = equal(bean, adapter);
        Set<Setting> copied = bean.brokerSet();
        copied.retainAll(equal);
        if (copied.equals(bean.brokerSet())) {
            bean.values().keySet().removeAll(copied);
            return;
        }
        Map<Setting, String> written = new EnumMap<>(bean.values());
        written.keySet().removeAll(copied);
        boolean ownAddresses = written.containsKey(ADDRESSES);
        if (!ownAddresses) {
            // What the copied URIs say is a copy too.
            bean.readUris(bean.values().keySet());
            bean.values().putAll(written);
            copied = bean.brokerSet();
            copied.removeAll(written.keySet());
        } else {
            bean.readUris(equal);
            copied.removeIf(s -> bean.has(s) && !bean.values().get(s).equals(adapter.get(s)));
            if (bean.hasLoginInUri()) {
                copied.remove(USER_NAME);
                copied.remove(PASSWORD);
            }
        }
        dropForeignLogins(bean, copied, ownAddresses);
        dropForeignStores(bean, copied);
    }

    private static Set<Setting> equal(Level bean, Map<Setting, String> adapter) {
        Set<Setting> equal = EnumSet.noneOf(Setting.class);
        bean.values()
                .forEach(
                        (setting, own) -> {
                            String theirs = adapter.get(setting);
                            // A container that copies by the getter gets it without user-info.
                            if (own.equals(theirs)
                                    || setting == ADDRESSES
                                            && theirs != null
                                            && own.equals(Masking.uris(theirs))) {
                                equal.add(setting);
                            }
                        });
        return equal;
    }

    private static void dropForeignLogins(Level bean, Set<Setting> copied, boolean ownAddresses) {
        Set<Setting> own = bean.brokerSet();
        own.removeAll(copied);
        boolean external =
                "EXTERNAL".equalsIgnoreCase(bean.values().getOrDefault(SASL_MECHANISM, ""))
                        && (own.contains(SASL_MECHANISM) || own.contains(KEY_STORE));
        if (!Collections.disjoint(own, LOGIN)) {
            drop(bean, copied, OAUTH2);
            drop(bean, copied, EnumSet.of(SASL_MECHANISM));
            if (own.contains(PASSWORD)) {
                drop(bean, copied, EnumSet.of(PASSWORD_FILE));
            } else if (own.contains(PASSWORD_FILE)) {
                drop(bean, copied, EnumSet.of(PASSWORD));
            }
        } else if (!Collections.disjoint(own, OAUTH2)) {
            drop(bean, copied, LOGIN);
            drop(bean, copied, EnumSet.of(SASL_MECHANISM));
        } else if (external) {
            drop(bean, copied, LOGIN);
            drop(bean, copied, OAUTH2);
        } else if (ownAddresses) {
            drop(bean, copied, LOGIN);
            drop(bean, copied, OAUTH2);
            drop(bean, copied, EnumSet.of(SASL_MECHANISM));
            drop(bean, copied, IDENTITY);
        }
    }

    private static void dropForeignStores(Level bean, Set<Setting> copied) {
        if (!bean.isTrue(TLS)) {
            drop(bean, copied, TlsReader.SETTINGS);
            return;
        }
        dropCompanions(bean, copied, TRUST_STORE, TRUST_STORE_TYPE, TRUST_STORE_PASSWORD);
        dropCompanions(bean, copied, KEY_STORE, KEY_STORE_TYPE, PRIVATE_KEY);
    }

    /** What only fits one type of store does not come along with another store. */
    private static void dropCompanions(
            Level bean, Set<Setting> copied, Setting store, Setting type, Setting ofOneType) {
        if (!bean.has(store) || copied.contains(store)) {
            return;
        }
        TlsSettings.Type guess = TlsReader.guess(bean.values().get(store));
        if (guess == null) {
            return;
        }
        drop(bean, copied, EnumSet.of(type));
        boolean pem = guess == TlsSettings.Type.PEM;
        if (pem == (ofOneType == TRUST_STORE_PASSWORD)) {
            drop(bean, copied, EnumSet.of(ofOneType));
        }
    }

    private static void drop(Level bean, Set<Setting> copied, Collection<Setting> which) {
        for (Setting setting : which) {
            if (copied.remove(setting)) {
                bean.values().remove(setting);
            }
        }
    }
}
