package io.leveret.it.app;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Rows in the server's data sources, written in the caller's transaction where there is one.
 *
 * <p>The application calls the two of PostgreSQL {@code jdbc/it-xa} and {@code jdbc/it-local};
 * descriptors lead to what the server calls them.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
public class Rows {

    /** Where a row can be. */
    public enum Source {
        /** The database that every server has by itself. */
        DEFAULT,
        /** PostgreSQL, in transactions of two phases where it is not alone in them. */
        XA,
        /** PostgreSQL, in local transactions: one of these at most may be in a transaction. */
        LOCAL
    }

    @Resource(lookup = "java:comp/DefaultDataSource")
    private DataSource byDefault;

    @Resource(name = "jdbc/it-xa")
    private DataSource xa;

    @Resource(name = "jdbc/it-local")
    private DataSource local;

    private DataSource dataSource(Source source) {
        return switch (source) {
            case DEFAULT -> byDefault;
            case XA -> xa;
            case LOCAL -> local;
        };
    }

    /** Creates the tables; the databases may have kept them from an earlier deployment. */
    @PostConstruct
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void createTables() {
        createTable(byDefault);
        createTable(local); // it is the same database behind the other one
    }

    private static void createTable(DataSource dataSource) {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement()) {
            s.execute("create table if not exists it_rows (id varchar(200), attempt int)");
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create the table of the tests", e);
        }
    }

    /** Inserts a row in the transaction of the caller, or at once when there is none. */
    @TransactionAttribute(TransactionAttributeType.SUPPORTS)
    public void insert(Source source, String id, int attempt) {
        try (Connection c = dataSource(source).getConnection();
                PreparedStatement s = c.prepareStatement("insert into it_rows values (?, ?)")) {
            s.setString(1, id);
            s.setInt(2, attempt);
            s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot insert the row of " + id, e);
        }
    }

    /** Lists the attempts that wrote a committed row for this message into the default one. */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public List<Integer> of(String id) {
        try (Connection c = byDefault.getConnection();
                PreparedStatement s =
                        c.prepareStatement(
                                "select attempt from it_rows where id = ? order by attempt")) {
            s.setString(1, id);
            List<Integer> attempts = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    attempts.add(r.getInt(1));
                }
            }
            return attempts;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the rows of " + id, e);
        }
    }
}
