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

/** Rows in the server's default data source, written in the caller's transaction. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
public class Rows {

    @Resource(lookup = "java:comp/DefaultDataSource")
    private DataSource dataSource;

    /** Creates the table; the server may have kept it from an earlier deployment. */
    @PostConstruct
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void createTable() {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement()) {
            s.execute("create table if not exists it_rows (id varchar(200), attempt int)");
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create the table of the tests", e);
        }
    }

    /** Inserts a row in the transaction of the caller. */
    @TransactionAttribute(TransactionAttributeType.MANDATORY)
    public void insert(String id, int attempt) {
        try (Connection c = dataSource.getConnection();
                PreparedStatement s = c.prepareStatement("insert into it_rows values (?, ?)")) {
            s.setString(1, id);
            s.setInt(2, attempt);
            s.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot insert the row of " + id, e);
        }
    }

    /** Lists the attempts that wrote a committed row for this message. */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public List<Integer> of(String id) {
        try (Connection c = dataSource.getConnection();
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
