package io.leveret.it.contract;

import io.leveret.it.broker.BrokerNode;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** The broker nodes of this test run, started when first needed, removed when it ends. */
final class Nodes {

    private static BrokerNode shared;
    private static BrokerNode rough;

    private Nodes() {}

    /** The node of all tests that leave it as it is. */
    static synchronized BrokerNode shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** The node of tests that kill and freeze it; they leave it running and answering. */
    static synchronized BrokerNode rough() {
        if (rough == null) {
            rough = start();
        }
        return rough;
    }

    /** Stops a queue of the shared node from answering anybody, until another queue exists. */
    static void suspendUntilThereIs(String trigger, String queue) {
        shared().eval(
                        "P = "
                                + process(queue)
                                + ", T = "
                                + resource(trigger)
                                + ", sys:suspend(P), spawn(fun() -> (fun Wait(0) ->"
                                + " sys:resume(P); Wait(N) -> case rabbit_amqqueue:lookup(T) of"
                                + " {ok, _} -> sys:resume(P); _ -> timer:sleep(10), Wait(N - 1)"
                                + " end end)(3000) end).");
    }

    /** Stops a classic queue of the shared node from answering anybody, until {@link #resume}. */
    static void suspend(String queue) {
        shared().eval("sys:suspend(" + process(queue) + ").");
    }

    static void resume(String queue) {
        shared().eval("sys:resume(" + process(queue) + ").");
    }

    /** Says whether the shared node has a queue, without the channel that a passive look costs. */
    static boolean exists(String queue) {
        return Boolean.parseBoolean(
                shared().eval("rabbit_amqqueue:exists(" + resource(queue) + ")."));
    }

    /** Counts the deliveries of a queue of the shared node that are not settled. */
    static int unacknowledged(String queue) {
        return Integer.parseInt(
                shared().eval(
                                "[{_, N}] = rabbit_amqqueue:info("
                                        + record(queue)
                                        + ", [messages_unacknowledged]), N."));
    }

    /**
     * Counts the channels over the connections of all adapters to the shared node for a purpose.
     */
    static int channels(String purpose) {
        return Integer.parseInt(
                shared().eval(
                                "Info = fun(P) -> case catch rabbit_reader:info(P,"
                                        + " [client_properties, channels]) of"
                                        + " [{client_properties, T}, {channels, C}] when is_list(T) ->"
                                        + " [{T, C}];"
                                        + " _ -> [] end end,"
                                        + " lists:sum([C || P <- rabbit_networking:local_connections(),"
                                        + " {T, C} <- Info(P), {<<\"connection_name\">>, _, N} <- T,"
                                        + " binary:match(N, <<\" "
                                        + purpose
                                        + " \">>) =/= nomatch])."));
    }

    private static String process(String queue) {
        return "amqqueue:get_pid(" + record(queue) + ")";
    }

    private static String record(String queue) {
        return "element(2, {ok, _} = rabbit_amqqueue:lookup(" + resource(queue) + "))";
    }

    private static String resource(String queue) {
        return "rabbit_misc:r(<<\"/\">>, queue, <<\"" + queue + "\">>)";
    }

    private static BrokerNode start() {
        BrokerNode node = BrokerNode.start();
        // On a busy machine the first confirm of a fresh node takes longer than a publish may.
        try (Bare bare = new Bare(node.port())) {
            bare.confirmOne();
        } catch (IOException | TimeoutException e) {
            throw new IllegalStateException("the node does not confirm", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the node", e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "node-remover"));
        return node;
    }
}
