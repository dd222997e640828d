package io.leveret.it.servers.publish;

import io.leveret.MqMessage;
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
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/** Publishes inside and outside transactions. */
@Stateless
public class WorkBean {

    /** The table: the message's id. */
    public static final String TABLE = "published";

    @Resource(lookup = "java:/jdbc/it-xa")
    private DataSource database;

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    private TransactionSynchronizationRegistry transactions;

    @Resource private SessionContext context;
    @Inject private Publishers publishers;
    @Inject private PublishBooks books;

    /** Publishes without a transaction. */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public List<CompletableFuture<Void>> outside(Work work) {
        return publishers.publish(work);
    }

    /**
     * Publishes in a transaction. The rows come first: a publish that ignores it takes its time.
     */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public List<CompletableFuture<Void>> inside(Work work) throws SQLException {
        if (work.frame().row()) {
            insert(work);
        }
        List<CompletableFuture<Void>> open = publishers.publish(work);
        if (work.frame().joins()) {
            follow(work);
        }
        if (!work.frame().commits()) {
            context.setRollbackOnly();
        }
        return open;
    }

    private void insert(Work work) throws SQLException {
        try (Connection c = database.getConnection();
                PreparedStatement s = c.prepareStatement("insert into " + TABLE + " values (?)")) {
            for (MqMessage message : work.messages()) {
                s.setString(1, message.messageId());
                s.addBatch();
            }
            s.executeBatch();
        }
    }

    /**
     * Notes how the transaction ends. Who comes last is told first: the line is written before
     * anything is published, and a kill in between is seen in the ledger.
     */
    private void follow(Work work) {
        if (transactions.getRollbackOnly()) {
            books.ended(work.ids(), false);
            return;
        }
        transactions.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        // only the end counts
                    }

                    @Override
                    public void afterCompletion(int status) {
                        books.ended(work.ids(), status == Status.STATUS_COMMITTED);
                    }
                });
    }
}
