package io.leveret.ra.settings;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of texts, so that they may be shown. Malformed input may hide a secret where
 * none belongs: rather too much is hidden than too little. A well-formed list of addresses keeps
 * everything but its user-info.
 */
final class Masking {

    private static final String HIDDEN = "***";

    private static final Pattern USER_INFO = Pattern.compile("//[^/,\\s]*@");

    /** What stands in a port's place outside of IPv6 literals. */
    private static final Pattern PORT = Pattern.compile("\\[[^]]*]|:(?!//)([^/?,\\s]+)");

    private static final Pattern PARAMETER = Pattern.compile("([?&])([^=&,\\s]*)=([^&,\\s]*)");

    private Masking() {}

    /** Gives a setting's value as it may be shown, in full. */
    static String shown(Setting setting, String value) {
        if (setting.secret()) {
            return HIDDEN;
        }
        return switch (setting) {
            case ADDRESSES, OAUTH2_TOKEN_ENDPOINT, MANAGEMENT_URL -> uris(value);
            default -> withoutUserInfo(value);
        };
    }

    /** Cuts user and password out of URIs, and whatever else could be a secret in their place. */
    static String uris(String text) {
        String cut = replace(PARAMETER, withoutUserInfo(text), Masking::parameter);
        return replace(PORT, cut, Masking::port);
    }

    private static String withoutUserInfo(String text) {
        String cut = USER_INFO.matcher(text).replaceAll("//");
        int at = cut.lastIndexOf('@');
        return at < 0 ? cut : HIDDEN + cut.substring(at);
    }

    private static String parameter(MatchResult found) {
        return UriParameters.isKnown(found.group(2))
                ? found.group()
                : found.group(1) + found.group(2) + "=" + HIDDEN;
    }

    private static String port(MatchResult found) {
        String port = found.group(1);
        return port == null || port.matches("\\d{1,5}") ? found.group() : ":" + HIDDEN;
    }

    private interface Part {
        String shown(MatchResult found);
    }

    private static String replace(Pattern pattern, String text, Part part) {
        return pattern.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(part.shown(found)));
    }
}
