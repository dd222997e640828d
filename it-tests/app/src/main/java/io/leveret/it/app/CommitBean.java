package io.leveret.it.app;

import io.leveret.MqConnectionFactory;
import io.leveret.MqMessage;
import io.leveret.MqPublisherOptions;
import jakarta.annotation.Resource;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** Writes rows and publishes in one transaction, over whatever the server calls by these names. */
@Stateless
public class CommitBean {

    @Resource private SessionContext context;
    @Resource private TransactionSynchronizationRegistry registry;
    @Inject private Gates gates;

    /**
     * What is to be done.
     *
     * @param factory the JNDI name of the connection factory
     * @param sources the JNDI names of the data sources
     * @param gate where to stand between commit and publish, or null
     */
    public record Task(String factory, List<String> sources, String key, String id, String gate) {}

    /** Does it, and commits or rolls back when it returns. */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public void work(Task task, boolean commit) throws NamingException, SQLException {
        if (task.gate() != null) {
            standBetweenCommitAndPublish(task.gate()); // whichever end a server begins at
        }
        for (String source : task.sources()) {
            insert(lookup(source, DataSource.class), task.id());
        }
        MqMessage message = MqMessage.builder().messageId(task.id()).body(task.id()).build();
        lookup(task.factory(), MqConnectionFactory.class)
                .createPublisher(MqPublisherOptions.defaults())
                .publish("", task.key(), message);
        if (task.gate() != null) {
            standBetweenCommitAndPublish(task.gate());
        }
        if (!commit) {
            context.setRollbackOnly();
        }
    }

    private static void insert(DataSource source, String id) throws SQLException {
        try (Connection c = source.getConnection();
                PreparedStatement s = c.prepareStatement("insert into it_rows values (?, 1)")) {
            s.setString(1, id);
            s.executeUpdate();
        }
    }

    private void standBetweenCommitAndPublish(String gate) {
        registry.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        // Only the end matters.
                    }

                    @Override
                    public void afterCompletion(int status) {
                        if (status == Status.STATUS_COMMITTED) {
                            gates.await(gate);
                        }
                    }
                });
    }

    private static <T> T lookup(String name, Class<T> type) throws NamingException {
        InitialContext names = new InitialContext();
        try {
            return type.cast(names.lookup(name));
        } finally {
            names.close();
        }
    }
}
