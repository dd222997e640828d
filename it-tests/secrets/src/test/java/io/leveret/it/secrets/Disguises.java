package io.leveret.it.secrets;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The ways in which a secret may be written down. Stateless. */
final class Disguises {

    /** Shorter patterns would be found by chance. */
    private static final int SHORTEST = 12;

    private Disguises() {}

    /** Gives the byte sequences to search for. */
    static List<byte[]> of(String secret) {
        Set<String> texts = new LinkedHashSet<>();
        texts.add(secret);
        String url = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        texts.add(url);
        texts.add(url.replace("+", "%20"));
        texts.add(url.toLowerCase(Locale.ROOT));
        texts.add(json(secret, false));
        texts.add(json(secret, true));
        texts.add(xml(secret));
        byte[] utf8 = secret.getBytes(StandardCharsets.UTF_8);
        texts.add(HexFormat.of().formatHex(utf8));
        texts.add(HexFormat.of().withUpperCase().formatHex(utf8));
        texts.add(commas(utf8));
        for (int shift = 0; shift < 3; shift++) {
            texts.add(base64(utf8, shift, Base64.getEncoder()));
            texts.add(base64(utf8, shift, Base64.getUrlEncoder()));
        }
        List<byte[]> patterns = new ArrayList<>();
        for (String text : texts) {
            patterns.add(text.getBytes(StandardCharsets.UTF_8));
            patterns.add(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        patterns.removeIf(pattern -> pattern.length < SHORTEST);
        return patterns;
    }

    /**
     * The part of a base64 text that does not depend on what stands before and after the secret,
     * such as {@code user:} in HTTP Basic.
     */
    private static String base64(byte[] secret, int shift, Base64.Encoder encoder) {
        byte[] shifted = new byte[secret.length + shift];
        System.arraycopy(secret, 0, shifted, shift, secret.length);
        int firstWhole = shift == 0 ? 0 : 4;
        int lastWhole = shifted.length / 3 * 4;
        return encoder.encodeToString(shifted).substring(firstWhole, lastWhole);
    }

    private static String json(String secret, boolean slashes) {
        StringBuilder out = new StringBuilder();
        for (char c : secret.toCharArray()) {
            if (c > 126) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else if (c == '"' || c == '\\' || c == '/' && slashes) {
                out.append('\\').append(c);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static String xml(String secret) {
        return secret.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    /** As {@code Arrays.toString} shows bytes. */
    private static String commas(byte[] secret) {
        String text = Arrays.toString(secret);
        return text.substring(1, text.length() - 1);
    }
}
