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
        shared().ctl(
                        "eval",
                        "P = "
                                + process(queue)
                                + ", T = rabbit_misc:r(<<\"/\">>, queue, <<\""
                                + trigger
                                + "\">>), sys:suspend(P), spawn(fun() -> (fun Wait(0) ->"
                                + " sys:resume(P); Wait(N) -> case rabbit_amqqueue:lookup(T) of"
                                + " {ok, _} -> sys:resume(P); _ -> timer:sleep(10), Wait(N - 1)"
                                + " end end)(3000) end).");
    }

    /** Stops a classic queue of the shared node from answering anybody, until {@link #resume}. */
    static void suspend(String queue) {
        shared().ctl("eval", "sys:suspend(" + process(queue) + ").");
    }

    static void resume(String queue) {
        shared().ctl("eval", "sys:resume(" + process(queue) + ").");
    }

    /** Says whether the shared node has a queue, without the channel that a passive look costs. */
    static boolean exists(String queue) {
        return shared().ctl("list_queues", "name", "--quiet").lines().anyMatch(queue::equals);
    }

    /** Counts the deliveries of a queue of the shared node that are not settled. */
    static int unacknowledged(String queue) {
        return shared().ctl("list_queues", "--no-table-headers", "name", "messages_unacknowledged")
                .lines()
                .map(line -> line.trim().split("\\s+"))
                .filter(columns -> columns.length == 2 && columns[0].equals(queue))
                .mapToInt(columns -> Integer.parseInt(columns[1]))
                .findAny()
                .orElseThrow();
    }

    private static String process(String queue) {
        return "element(2, {ok, amqqueue:get_pid(element(2, rabbit_amqqueue:lookup("
                + "rabbit_misc:r(<<\"/\">>, queue, <<\""
                + queue
                + "\">>))))})";
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
