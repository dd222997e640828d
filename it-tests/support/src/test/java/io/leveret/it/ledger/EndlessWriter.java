package io.leveret.it.ledger;

import java.io.IOException;
import java.nio.file.Path;

/** Announces every id on stdout after it was written to a ledger, until it is killed. */
final class EndlessWriter {

    private static final int ENOUGH = 1_000_000;

    private EndlessWriter() {}

    public static void main(String[] arguments) throws IOException {
        try (LedgerLog log = LedgerLog.open(Path.of(arguments[0]))) {
            for (int i = 0; i < ENOUGH && !System.out.checkError(); i++) {
                log.attempt("m" + i);
                System.out.println("m" + i);
            }
        }
    }
}
