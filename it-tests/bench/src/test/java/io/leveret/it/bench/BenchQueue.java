package io.leveret.it.bench;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.leveret.it.bench.load.Body;
import io.leveret.it.broker.BrokerContents;
import io.leveret.it.broker.BrokerNode;
import io.leveret.it.ledger.HeldMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The queue that all cases consume from, new for each of them. One thread at a time. */
final class BenchQueue implements AutoCloseable {

    /** The beans name it. */
    static final String NAME = "bench";

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
            """
                    .replace("QUEUE", NAME);

    private final BrokerNode broker;
    private final Connection connection;
    private final Channel channel;

    BenchQueue(BrokerNode broker) throws IOException, TimeoutException {
        this.broker = broker;
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(broker.host());
        factory.setPort(broker.port());
        connection = factory.newConnection("filler");
        channel = connection.createChannel();
        channel.confirmSelect();
    }

    /** Makes it anew and fills it with persistent messages, all of them confirmed. */
    void fill(String type, int round, int messages) throws Exception {
        channel.queueDelete(NAME);
        channel.queueDeclare(NAME, true, false, false, Map.of("x-queue-type", type));
        for (int i = 0; i < messages; i++) {
            channel.basicPublish(
                    "", NAME, true, MessageProperties.PERSISTENT_BASIC, Body.of(round, i));
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
        String left = broker.ctl("eval", UNSETTLED).strip();
        if (!"0".equals(left)) {
            throw new IllegalStateException(left + " messages are not acknowledged");
        }
    }

    /** Insists that nothing is left; all consumers are gone, so nothing is with one of them. */
    void verifyEmpty() throws IOException, TimeoutException {
        List<HeldMessage> left = BrokerContents.drain(broker.uri(), List.of(NAME), DRAIN);
        if (!left.isEmpty()) {
            throw new IllegalStateException(left.size() + " messages are left in the queue");
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
