package io.leveret.ra.link;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Numbers the channels of one connection. The client would give the number of a closed channel to
 * the next one, even when the broker has not confirmed the close and so may still have a channel of
 * that number, which never answers an open. Here such a number is left alone for good.
 *
 * <p>Thread-safe.
 */
final class ChannelNumbers {

    private final int most;
    private final int mostDoubted;
    private final AtomicInteger last = new AtomicInteger();
    private final BitSet doubted = new BitSet();

    /**
     * Creates the numbers of a fresh connection.
     *
     * @param most the highest one
     * @param mostDoubted how many may be left alone
     */
    ChannelNumbers(int most, int mostDoubted) {
        this.most = most;
        this.mostDoubted = mostDoubted;
    }

    /**
     * Opens a channel with a free number.
     *
     * @return the channel, or null when no number is free
     * @throws IOException as the client does
     */
    Channel open(Connection client) throws IOException {
        for (int i = 0; i < most; i++) {
            int number = 1 + Math.floorMod(last.getAndIncrement(), most);
            Channel channel = isDoubted(number) ? null : client.createChannel(number);
            if (channel != null) {
                return channel;
            }
        }
        return null;
    }

    private boolean isDoubted(int number) {
        synchronized (doubted) {
            return doubted.get(number);
        }
    }

    /**
     * Leaves a number alone from now on, because the broker may still have its channel.
     *
     * @return false when too many are left alone for the connection to be of use
     */
    boolean doubt(int number) {
        synchronized (doubted) {
            doubted.set(number);
            return doubted.cardinality() <= mostDoubted;
        }
    }
}
