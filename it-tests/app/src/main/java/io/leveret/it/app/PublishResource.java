package io.leveret.it.app;

import io.leveret.MqMessage;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.nio.charset.StandardCharsets;

/** Publishes one message at a time, and answers how that ended. */
@RequestScoped
@Path("publish")
@Produces("text/plain")
public class PublishResource {

    @Inject private PublishingBean bean;
    @Inject private PlainPublisher plain;
    @Inject private HandleBean handles;
    @Inject private Gates gates;

    /** Answers that the application is up. */
    @GET
    public String ready() {
        return "ready";
    }

    /** Publishes through the enterprise bean, without a transaction. */
    @POST
    @Path("bean")
    public String bean(
            @QueryParam("exchange") @DefaultValue("") String exchange,
            @QueryParam("key") @DefaultValue("") String key,
            @QueryParam("id") String id,
            @QueryParam("size") @DefaultValue("0") int size) {
        byte[] body = size > 0 ? new byte[size] : id.getBytes(StandardCharsets.UTF_8);
        MqMessage message = MqMessage.builder().messageId(id).body(body).build();
        return bean.publish(exchange, key, message).toString();
    }

    /** Publishes through the plain CDI bean to {@code it.in}. */
    @POST
    @Path("plain")
    public String plain(@QueryParam("id") String id) {
        return plain.publish(message(id)).toString();
    }

    /** Publishes and inserts a row in one transaction, and answers when it has ended. */
    @POST
    @Path("transaction")
    public String transaction(
            @QueryParam("key") String key,
            @QueryParam("id") String id,
            @QueryParam("commit") boolean commit,
            @QueryParam("gate") String gate) {
        return bean.inTransaction(key, message(id), commit, gate).toString();
    }

    /** Takes one message in a transaction, and answers with its id when that has ended. */
    @POST
    @Path("take")
    public String take(@QueryParam("queue") String queue, @QueryParam("commit") boolean commit) {
        return handles.take(queue, commit);
    }

    /** Declares a queue, and answers with the number of its messages. */
    @POST
    @Path("declare")
    public String declare(@QueryParam("queue") String queue) {
        return handles.declareAndCount(queue);
    }

    /** Answers when a transaction waits at the gate. */
    @GET
    @Path("gate")
    public String reached(@QueryParam("name") String name) {
        gates.awaitReached(name);
        return "reached";
    }

    /** Opens a gate. */
    @POST
    @Path("gate")
    public String open(@QueryParam("name") String name) {
        gates.open(name);
        return "open";
    }

    private static MqMessage message(String id) {
        return MqMessage.builder().messageId(id).body(id).build();
    }
}
