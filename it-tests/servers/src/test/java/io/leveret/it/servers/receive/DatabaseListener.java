package io.leveret.it.servers.receive;

import io.leveret.MqMessage;
import io.leveret.MqMessageListener;
import jakarta.annotation.Resource;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Inserts a row for each delivery, in the transaction of the delivery. */
@MessageDriven(
        activationConfig =
                @ActivationConfigProperty(
                        propertyName = "destination",
                        propertyValue = "receive.database"))
public class DatabaseListener implements MqMessageListener {

    /** The table: message and delivery. */
    public static final String TABLE = "received";

    @Resource(lookup = "java:/jdbc/it-xa")
    private DataSource database;

    @Inject private Books books;

    @Override
    public void onMessage(MqMessage message) throws SQLException {
        Books.Entry entry = books.begin("database", message);
        books.followTransaction(entry);
        try (Connection c = database.getConnection();
                PreparedStatement s =
                        c.prepareStatement("insert into " + TABLE + " values (?, ?)")) {
            s.setString(1, entry.delivery().id());
            s.setString(2, entry.delivery().token());
            s.executeUpdate();
        }
    }
}
