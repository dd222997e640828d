package io.leveret.ra.outbound;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.MqConnectionException;
import io.leveret.MqMessage;
import io.leveret.MqTopology;
import io.leveret.ra.link.AmqpMessages;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkKey;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.observe.Causes;
import io.leveret.ra.settings.FactoryTopology;
import io.leveret.ra.topology.FactoryDeclaration;
import io.leveret.ra.topology.GroupChannels;
import io.leveret.ra.topology.TopologyException;
import jakarta.resource.ResourceException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a handle asks of the broker besides publishing, one request after the other. Never over the
 * pooled channel, where a refusal would cost others their confirms.
 *
 * <p>Thread-safe. The lock is held during requests; ending the handle does not take it.
 */
final class HandleRequests {

    private final SideChannels channels = new SideChannels();
    private final ReentrantLock asking = new ReentrantLock();

    /** Where in a transaction lies what it has taken from a queue over a handle. */
    private record Place(HandleRequests handle, String queue) {}

    /** What a request is made with. */
    private record Asked(Outbound room, LinkKey links, String factory) {

        static Asked of(MqManagedConnection connection) {
            try {
                LinkKey key = connection.group().key();
                return new Asked(
                        connection.factory().startedRoom(),
                        new LinkKey(LinkKey.Purpose.ASK, key.broker(), key.settings()),
                        connection.factoryName());
            } catch (ResourceException e) {
                throw new MqConnectionException(Causes.text(e), e);
            }
        }
    }

    private interface Request<T> {
        T make(Asked asked) throws LinkUnavailableException, InterruptedException, IOException;
    }

    private <T> T request(MqManagedConnection connection, String what, Request<T> request) {
        Asked asked = Asked.of(connection);
        try {
            Deadline turn = Deadline.in(asked.links().settings().rpcTimeout());
            if (!asking.tryLock(turn.nanos(), TimeUnit.NANOSECONDS)) {
                throw new MqConnectionException(
                        what + ": another thread uses the connection handle", null);
            }
            try {
                return request.make(asked);
            } finally {
                asking.unlock();
            }
        } catch (TopologyException e) {
            throw Refusal.of(e.what(), e.getCause());
        } catch (LinkUnavailableException e) {
            throw new MqConnectionException(what + ": " + Causes.text(e), e);
        } catch (IOException | ShutdownSignalException e) {
            throw Refusal.of(what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqConnectionException(what + ": the caller was interrupted", e);
        }
    }

    // --- single messages ---

    Optional<MqMessage> get(MqManagedConnection connection, String queue) {
        AmqpMessages.shortString("the name of the queue", queue);
        return request(
                connection,
                "cannot take a message from queue '" + queue + "'",
                asked ->
                        asked.room().transactions.exists()
                                ? getInTransaction(asked, queue)
                                : getOutside(asked, queue));
    }

    private Optional<MqMessage> getOutside(Asked asked, String queue)
            throws LinkUnavailableException, InterruptedException, IOException {
        SideChannel channel = channels.lend(asked.room(), asked.links());
        boolean done = false;
        try {
            GetResponse got = channel.client().basicGet(queue, false);
            Optional<MqMessage> message = message(got);
            if (got != null) {
                channel.client().basicAck(got.getEnvelope().getDeliveryTag(), false);
            }
            channel.answered();
            done = true;
            return message;
        } finally {
            if (done) {
                channels.giveBack(channel);
            } else {
                channel.close(); // and what an answer may bring that comes late goes back
            }
        }
    }

    private static Optional<MqMessage> message(GetResponse got) {
        return Optional.ofNullable(got)
                .map(g -> AmqpMessages.toMessage(g.getEnvelope(), g.getProps(), g.getBody()));
    }

    private Optional<MqMessage> getInTransaction(Asked asked, String queue)
            throws LinkUnavailableException, InterruptedException, IOException {
        if (!asked.room().transactions.isActive()) {
            throw new IllegalStateException(
                    "nothing can be taken in a transaction that is marked for rollback or ending");
        }
        Place place = new Place(this, queue);
        Taken taken = (Taken) asked.room().transactions.synchronization(place);
        if (taken != null && !taken.isOpen() && taken.isHolding()) {
            throw taken.lost();
        }
        if (taken == null || !taken.isOpen()) {
            taken = begin(asked, place);
        }
        return message(taken.next());
    }

    private Taken begin(Asked asked, Place place)
            throws LinkUnavailableException, InterruptedException {
        Outbound room = asked.room();
        SideChannel channel = channels.lend(room, asked.links());
        boolean begun = false;
        try {
            Taken taken = new Taken(place.queue(), channel, channels, asked.factory(), room.events);
            // The registry refuses when a reaper was faster than the check before.
            room.transactions.register(place, taken);
            begun = true;
            return taken;
        } finally {
            if (!begun) {
                channels.giveBack(channel);
            }
        }
    }

    // --- topology ---

    void declare(MqManagedConnection connection, MqTopology topology) {
        FactoryDeclaration declaration = new FactoryDeclaration(FactoryTopology.of(topology));
        request(
                connection,
                "cannot declare anything",
                asked -> {
                    LinkGroup group = asked.room().links.acquire(asked.links());
                    try {
                        declaration.apply(new GroupChannels(asked.room().links, group, false));
                    } finally {
                        group.release();
                    }
                    return null;
                });
    }

    // --- the client itself ---

    <T> T unwrap(MqManagedConnection connection, Class<T> type) {
        checkType(type);
        return request(
                connection,
                "cannot open a channel",
                asked ->
                        type.cast(
                                channels.unwrapped(asked.room(), connection.group().key())
                                        .client()));
    }

    private static void checkType(Class<?> type) {
        if (type == Channel.class) {
            return;
        }
        String name = Channel.class.getName();
        throw new IllegalArgumentException(
                type.getName().equals(name)
                        ? "this "
                                + name
                                + " comes from another copy of amqp-client, loaded by "
                                + type.getClassLoader()
                                + ": give the application none of its own (scope provided), and a"
                                + " dependency on the module of the resource adapter"
                        : "a connection handle can be unwrapped to "
                                + name
                                + " only, not to "
                                + type.getName());
    }

    /** Closes what the handle has beside the pool; returns at once. */
    void end() {
        channels.end();
    }
}
