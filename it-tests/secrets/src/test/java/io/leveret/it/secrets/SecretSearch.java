package io.leveret.it.secrets;

import io.leveret.it.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Searches files for many secrets at once: each place of a file is looked up by its next eight
 * bytes, and compared in full only where some secret begins like that.
 */
final class SecretSearch {

    private record Pattern(String label, byte[] bytes) {}

    private static final int HEAD = 8;

    private final Map<Long, List<Pattern>> byHead = new HashMap<>();

    SecretSearch(List<Secrets.Known> secrets) {
        for (Secrets.Known secret : secrets) {
            for (byte[] bytes : Disguises.of(secret.value())) {
                byHead.computeIfAbsent(head(bytes), head -> new ArrayList<>())
                        .add(new Pattern(secret.label(), bytes));
            }
        }
    }

    private static long head(byte[] bytes) {
        long head = 0;
        for (int i = 0; i < HEAD; i++) {
            head = head << 8 | bytes[i] & 0xff;
        }
        return head;
    }

    /** Gives the labels of the secrets in a file. */
    Set<String> in(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        Set<String> found = new TreeSet<>();
        long head = 0;
        for (int i = 0; i < content.length; i++) {
            head = head << 8 | content[i] & 0xff;
            List<Pattern> possible = i < HEAD - 1 ? null : byHead.get(head);
            if (possible != null) {
                int start = i - HEAD + 1;
                possible.stream()
                        .filter(pattern -> begins(content, start, pattern.bytes()))
                        .forEach(pattern -> found.add(pattern.label()));
            }
        }
        return found;
    }

    private static boolean begins(byte[] content, int start, byte[] pattern) {
        if (content.length - start < pattern.length) {
            return false;
        }
        for (int i = 0; i < pattern.length; i++) {
            if (content[start + i] != pattern[i]) {
                return false;
            }
        }
        return true;
    }
}
