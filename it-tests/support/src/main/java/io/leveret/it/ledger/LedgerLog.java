package io.leveret.it.ledger;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Appends events to a ledger file: one line each, in one write to a file opened for appending. What
 * a method has returned from is kept when the process is killed (not when the machine loses power:
 * nothing is forced to disk). Several processes and threads may append to the same file.
 *
 * <p>Log an intent before the deed and a result after it: {@link #attempt} before publishing,
 * {@link #processed} when the work has taken effect, which for transacted work means after commit.
 *
 * <p>A {@code FileOutputStream} and not a channel, because a channel is closed for everybody when
 * one of its writers is interrupted.
 *
 * <p>Thread-safe. Failures to write are thrown as {@link UncheckedIOException}, because a test
 * whose ledger has gaps proves nothing.
 */
public final class LedgerLog implements Closeable {

    private final FileOutputStream out;
    private final String self = UUID.randomUUID().toString().substring(0, 8);
    private final AtomicLong deliveries = new AtomicLong();

    private LedgerLog(FileOutputStream out) {
        this.out = out;
    }

    /** A delivery that was begun, to be handed to {@link LedgerLog#processed}. Immutable. */
    public record Delivery(String id, String token) {}

    /**
     * Opens a ledger, creating file and folders where they are missing. A torn last line that a
     * killed process left is marked, so that it cannot swallow the next one.
     *
     * @throws IOException when the file cannot be opened for appending
     */
    public static LedgerLog open(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        FileOutputStream out = new FileOutputStream(file.toFile(), true);
        try {
            if (endsInsideLine(file)) {
                out.write((LedgerLine.TORN + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return new LedgerLog(out);
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    /** Microseconds since the epoch: the clock of all ledgers. */
    public static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    /** A publish of this message begins. */
    public void attempt(String id) {
        append(new LedgerEvent.AttemptBegun(now(), id));
    }

    /** The publish of this message ended. */
    public void outcome(String id, Outcome outcome) {
        append(new LedgerEvent.AttemptEnded(now(), id, outcome));
    }

    /** The transaction in which this message was published was committed. */
    public void committed(String id) {
        append(new LedgerEvent.TransactionEnded(now(), id, true));
    }

    /** The transaction in which this message was published was rolled back. */
    public void rolledBack(String id) {
        append(new LedgerEvent.TransactionEnded(now(), id, false));
    }

    /**
     * A consumer was given this message. Without a later {@link #processed} its work counts as
     * neither done nor failed, as after a crash.
     *
     * @param redelivered the broker's redelivered flag
     * @param possibleDuplicate whether the message carries the publisher's possible-duplicate mark
     */
    public Delivery delivered(String id, boolean redelivered, boolean possibleDuplicate) {
        Delivery delivery = new Delivery(id, self + "-" + deliveries.incrementAndGet());
        append(
                new LedgerEvent.DeliveryBegun(
                        now(), id, delivery.token(), redelivered, possibleDuplicate));
        return delivery;
    }

    /** The work for a delivery took effect, or failed and left none. */
    public void processed(Delivery delivery, boolean ok) {
        append(new LedgerEvent.DeliveryEnded(now(), delivery.id(), delivery.token(), ok));
    }

    /** A fault begins; pair it with {@link #faultEnded} under the same name. */
    public void faultBegun(String name) {
        append(new LedgerEvent.FaultBegun(now(), name));
    }

    /** The fault that began last under this name is over. */
    public void faultEnded(String name) {
        append(new LedgerEvent.FaultEnded(now(), name));
    }

    /**
     * Appends an event with a time of the caller's choice.
     *
     * @throws UncheckedIOException when it could not be written
     */
    public void append(LedgerEvent event) {
        byte[] line = (LedgerLine.format(event) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            out.write(line);
        } catch (IOException e) {
            throw new UncheckedIOException("ledger entry lost: " + event, e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private static boolean endsInsideLine(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long length = file.length();
            if (length == 0) {
                return false;
            }
            file.seek(length - 1);
            return file.read() != '\n';
        }
    }
}
