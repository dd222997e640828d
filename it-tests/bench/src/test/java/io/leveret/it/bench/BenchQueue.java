package io.leveret.it.bench;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import io.leveret.it.bench.load.Body;
import io.leveret.it.broker.BrokerContents;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.ledger.HeldMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** A queue that is consumed from, new for each run. One thread at a time. */
public final class BenchQueue implements AutoCloseable {

    private static final int CONFIRM_EVERY = 500;
    private static final long CONFIRM_MILLIS = 30_000;
    private static final Duration DRAIN = Duration.ofSeconds(30);

    /**
     * Asks the queue itself for all its messages, those with consumers included, until there are
     * none or 20 s are over; what the broker shows of quorum queues is seconds old.
     */
    private static final String UNSETTLED =
            """
            {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"QUEUE">>)),
            Left = fun() -> case amqqueue:get_type(Q) of
                rabbit_quorum_queue ->
                    {ok, {_, N}, _} =
                        ra:local_query(amqqueue:get_pid(Q), fun rabbit_fifo:query_messages_total/1),
                    N;
                _ ->
                    [{messages, N}] = rabbit_amqqueue:info(Q, [messages]),
                    N end end,
            Await = fun Await(Tries) ->
                case Left() of
                    N when N =:= 0; Tries =:= 0 -> N;
                    _ -> timer:sleep(20), Await(Tries - 1) end end,
            Await(1000).
            """;

    private final BrokerNode broker;
    private final String name;
    private final Connection connection;
    private final Channel channel;
    private Channel look;

    /** Connects; the queue is not there yet. */
    public BenchQueue(BrokerNode broker, String name) throws IOException, TimeoutException {
        this.broker = broker;
        this.name = name;
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(broker.host());
        factory.setPort(broker.port());
        connection = factory.newConnection("filler");
        channel = connection.createChannel();
        channel.confirmSelect();
        look = connection.createChannel();
    }

    /** Makes it anew and fills it with persistent messages, all of them confirmed. */
    public void fill(String type, int round, int messages) throws Exception {
        channel.queueDelete(name);
        channel.queueDeclare(name, true, false, false, Map.of("x-queue-type", type));
        for (int i = 0; i < messages; i++) {
            channel.basicPublish(
                    "", name, true, MessageProperties.PERSISTENT_BASIC, Body.of(round, i));
            if ((i + 1) % CONFIRM_EVERY == 0 || i + 1 == messages) {
                channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
            }
        }
    }

    /**
     * Waits until the broker has worked off all acknowledgements; the consumers are still there. A
     * channel holds some back while its quorum queue is behind, and when it is closed before the
     * queue has caught up, their messages come again, whoever the client is.
     */
    void awaitSettled() {
        String left = broker.ctl("eval", UNSETTLED.replace("QUEUE", name)).strip();
        if (!"0".equals(left)) {
            throw new IllegalStateException(left + " messages are not acknowledged");
        }
    }

    /** Insists that nothing is left; all consumers are gone, so nothing is with one of them. */
    public void verifyEmpty() throws IOException, TimeoutException {
        List<HeldMessage> left = BrokerContents.drain(broker.uri(), List.of(name), DRAIN);
        if (!left.isEmpty()) {
            throw new IllegalStateException(left.size() + " messages are left in the queue");
        }
    }

    /**
     * Counts the messages of another queue that are ready, not those that a consumer holds; 0 when
     * it is not there.
     */
    public int ready(String queue) {
        try {
            if (!look.isOpen()) {
                look = connection.createChannel();
            }
            return look.queueDeclarePassive(queue).getMessageCount();
        } catch (IOException e) {
            if (e.getCause() instanceof ShutdownSignalException signal
                    && signal.getReason() instanceof AMQP.Channel.Close close
                    && close.getReplyCode() == AMQP.NOT_FOUND) {
                return 0;
            }
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes another queue, if it is there. */
    public void delete(String queue) throws IOException {
        channel.queueDelete(queue);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
