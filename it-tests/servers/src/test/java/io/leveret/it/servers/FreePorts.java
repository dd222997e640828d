package io.leveret.it.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds room for a server whose ports all move by one number. */
final class FreePorts {

    /** Above it the system hands ports out to clients. */
    private static final int HIGHEST = 32_000;

    private static final int TRIES = 200;

    private FreePorts() {}

    /**
     * Finds a number that, added to each of the ports, gives a free port.
     *
     * @param ports the ports that the server uses
     * @throws IllegalStateException when none is found
     */
    static int offset(int lowest, int... ports) {
        int highestPort = 0;
        for (int port : ports) {
            highestPort = Math.max(highestPort, port);
        }
        for (int i = 0; i < TRIES; i++) {
            int offset = ThreadLocalRandom.current().nextInt(lowest, HIGHEST - highestPort);
            if (allFree(offset, ports)) {
                return offset;
            }
        }
        throw new IllegalStateException("no free ports after " + TRIES + " tries");
    }

    private static boolean allFree(int offset, int... ports) {
        for (int port : ports) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), offset + port));
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}
