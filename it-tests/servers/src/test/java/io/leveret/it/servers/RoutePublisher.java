package io.leveret.it.servers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.it.ledger.Outcome;
import io.leveret.it.servers.receive.Books;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A bare client that publishes to all routes in turn, always a little ahead of the listeners, on
 * one thread of its own. When it loses its connection, what was not confirmed is UNKNOWN and is not
 * published again: a message that is delivered twice was published once.
 */
final class RoutePublisher implements AutoCloseable {

    private static final int LEAD = 400;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long END_MILLIS = 30_000;
    private static final byte[] BODY = new byte[256];

    private final ConnectionFactory factory = new ConnectionFactory();
    private final List<Route> routes;
    private final int messages;
    private final Thread thread = new Thread(this::run, "publisher");
    private volatile int allowed;
    private volatile boolean stop;
    private volatile Throwable failure;

    /**
     * Prepares it.
     *
     * @param messages how many of each route are to be confirmed
     */
    RoutePublisher(URI broker, List<Route> routes, int messages) {
        this.routes = routes;
        this.messages = messages;
        try {
            factory.setUri(broker);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(e);
        }
        factory.setAutomaticRecoveryEnabled(false);
        factory.setConnectionTimeout(TIMEOUT_MILLIS);
        factory.setHandshakeTimeout(TIMEOUT_MILLIS);
        factory.setChannelRpcTimeout(TIMEOUT_MILLIS);
    }

    void start() {
        thread.start();
    }

    /** So many of each route may be confirmed by now. */
    void allow(int confirmed) {
        allowed = Math.min(confirmed, messages);
    }

    /** Whether everything is confirmed. Throws what made the publisher end before. */
    boolean done() {
        if (failure != null) {
            throw new IllegalStateException("the publisher has failed", failure);
        }
        return routes.stream().allMatch(route -> route.has(messages));
    }

    private void run() {
        try {
            while (!stop && !done()) {
                session();
            }
        } catch (Throwable e) {
            failure = e; // thrown by whoever asks next
        }
    }

    /** Publishes on one connection for as long as it lives. */
    private void session() {
        Unconfirmed unconfirmed = new Unconfirmed();
        Connection connection = null;
        try {
            connection = factory.newConnection("ledger publisher");
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            channel.addConfirmListener(unconfirmed::acked, unconfirmed::nacked);
            channel.addReturnListener(r -> unconfirmed.returned(r.getProperties().getMessageId()));
            while (!stop && !done() && channel.isOpen()) {
                publish(channel, unconfirmed);
            }
        } catch (IOException | TimeoutException | ShutdownSignalException e) {
            LockSupport.parkNanos(AGAIN); // the broker is away: it is a fault's turn
        } finally {
            if (connection != null) {
                connection.abort(TIMEOUT_MILLIS);
            }
            unconfirmed.lost();
        }
    }

    private void publish(Channel channel, Unconfirmed unconfirmed) throws IOException {
        boolean published = false;
        for (Route route : routes) {
            if (route.wants(allowed, LEAD)) {
                Route.Next next = route.next();
                unconfirmed.add(channel.getNextPublishSeqNo(), next);
                channel.basicPublish("", route.queue(), true, properties(next), BODY);
                published = true;
            }
        }
        if (!published) {
            LockSupport.parkNanos(PAUSE);
            for (Route route : routes) {
                route.look();
            }
        }
    }

    private static AMQP.BasicProperties properties(Route.Next next) {
        AMQP.BasicProperties.Builder builder =
                MessageProperties.PERSISTENT_BASIC.builder().messageId(next.id());
        return next.holdMillis() > 0
                ? builder.headers(Map.of(Books.HOLD, next.holdMillis())).build()
                : builder.build();
    }

    /** Ends it; what is not confirmed then is UNKNOWN. */
    @Override
    public void close() throws IOException {
        stop = true;
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new IOException("the publisher does not end");
        }
    }

    /** What was published on a channel and is not confirmed yet, by sequence number. */
    private static final class Unconfirmed {

        private final ConcurrentSkipListMap<Long, Route.Next> open = new ConcurrentSkipListMap<>();
        private final Set<String> returned = ConcurrentHashMap.newKeySet();

        void add(long number, Route.Next next) {
            open.put(number, next);
        }

        /** Comes before the confirm. */
        void returned(String id) {
            returned.add(id);
        }

        void acked(long number, boolean multiple) {
            end(number, multiple, Outcome.CONFIRMED);
        }

        void nacked(long number, boolean multiple) {
            end(number, multiple, Outcome.NACKED);
        }

        void lost() {
            end(Long.MAX_VALUE, true, Outcome.UNKNOWN);
        }

        private void end(long number, boolean multiple, Outcome outcome) {
            Set<Long> numbers = multiple ? open.headMap(number, true).keySet() : Set.of(number);
            for (Long each : numbers) {
                Route.Next next = open.remove(each);
                if (next != null) {
                    next.ended(returned.contains(next.id()) ? Outcome.RETURNED : outcome);
                }
            }
        }
    }
}
