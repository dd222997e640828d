package io.leveret.it.contract;

import io.leveret.it.broker.FaultProxy;
import io.leveret.it.broker.FaultProxy.Direction;
import java.io.IOException;

/** The ways in which a network or a broker can hang without ending anything. */
enum Hang {
    /** Nothing passes any more; connecting is neither accepted nor refused. */
    BLACK_HOLE {
        @Override
        void on(FaultProxy proxy) throws IOException {
            proxy.blackHole(true);
        }

        @Override
        void off(FaultProxy proxy) throws IOException {
            proxy.blackHole(false);
        }
    },
    /** Old connections are gone, new ones are accepted and never answered. */
    NEVER_ANSWERS {
        @Override
        void on(FaultProxy proxy) {
            proxy.mute(true);
            proxy.cut();
        }

        @Override
        void off(FaultProxy proxy) {
            proxy.mute(false);
        }
    },
    /** What the client sends arrives, what the broker sends does not. */
    ANSWERS_LOST {
        @Override
        void on(FaultProxy proxy) {
            proxy.stall(Direction.DOWN, true);
        }

        @Override
        void off(FaultProxy proxy) {
            proxy.stall(Direction.DOWN, false);
        }
    },
    /** So few bytes that heartbeats pass in time, and nothing else does. */
    TRICKLE {
        @Override
        void on(FaultProxy proxy) {
            proxy.trickle(Direction.UP, BYTES_PER_SECOND);
            proxy.trickle(Direction.DOWN, BYTES_PER_SECOND);
        }

        @Override
        void off(FaultProxy proxy) {
            proxy.trickle(Direction.UP, 0);
            proxy.trickle(Direction.DOWN, 0);
        }
    };

    private static final int BYTES_PER_SECOND = 40;

    abstract void on(FaultProxy proxy) throws IOException;

    abstract void off(FaultProxy proxy) throws IOException;
}
