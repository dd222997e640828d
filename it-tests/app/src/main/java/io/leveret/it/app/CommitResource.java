package io.leveret.it.app;

import jakarta.ejb.EJBException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.sql.SQLException;
import java.util.List;
import javax.naming.NamingException;

/** Runs transactions with rows and messages, and answers how each of them ended. */
@RequestScoped
@Path("commit")
@Produces("text/plain")
public class CommitResource {

    private static final String ROLLED_BACK = "ROLLED_BACK ";

    @Inject private CommitBean bean;

    /**
     * Runs one.
     *
     * @return COMMITTED, or ROLLED_BACK and why
     */
    @POST
    public String run(
            @QueryParam("factory") String factory,
            @QueryParam("sources") String sources,
            @QueryParam("key") String key,
            @QueryParam("id") String id,
            @QueryParam("gate") String gate,
            @QueryParam("commit") boolean commit) {
        List<String> all = sources.isEmpty() ? List.of() : List.of(sources.split(","));
        try {
            bean.work(new CommitBean.Task(factory, all, key, id, gate), commit);
            return commit ? "COMMITTED" : ROLLED_BACK + "as asked";
        } catch (EJBException e) {
            return ROLLED_BACK + chain(e);
        } catch (NamingException | SQLException e) {
            return ROLLED_BACK + chain(e); // nothing was done before it
        }
    }

    private static String chain(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (Throwable at = e; at != null; at = at.getCause()) {
            text.append(at).append(" | ");
            for (Throwable suppressed : at.getSuppressed()) {
                text.append(suppressed).append(" | ");
            }
        }
        return text.toString().replace('\n', ' ');
    }
}
