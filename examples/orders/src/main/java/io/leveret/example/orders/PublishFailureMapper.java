package io.leveret.example.orders;

import io.leveret.MqPublishException;
import jakarta.ejb.EJBException;
import jakarta.json.Json;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * Answers 503 with the order's id and the outcome when an order could not be published, so that the
 * customer knows whether placing it again may order twice. The container wraps what a bean throws.
 */
@Provider
public class PublishFailureMapper implements ExceptionMapper<EJBException> {

    /** Called by the container. */
    public PublishFailureMapper() {}

    @Override
    public Response toResponse(EJBException failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof MqPublishException publish) {
                return answer(publish);
            }
        }
        return Response.serverError().build();
    }

    private static Response answer(MqPublishException failure) {
        String body =
                Json.createObjectBuilder()
                        .add("id", failure.messageId())
                        .add("outcome", failure.outcome().name())
                        .add("mayDuplicate", failure.mayDuplicate())
                        .build()
                        .toString();
        return Response.status(Response.Status.SERVICE_UNAVAILABLE)
                .type(MediaType.APPLICATION_JSON)
                .entity(body)
                .build();
    }
}
