package io.leveret.ra.outbound;

import io.leveret.ra.settings.BrokerSettings;
import io.leveret.ra.settings.Secret;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.security.PasswordCredential;
import javax.security.auth.Subject;

/** Whose connection it is: the container's subject, the application's choice, the configuration. */
final class SignOn {

    private SignOn() {}

    static BrokerSettings of(
            MqManagedConnectionFactory factory,
            BrokerSettings configured,
            Subject subject,
            ConnectionRequestInfo info) {
        if (subject != null) {
            for (PasswordCredential credential :
                    subject.getPrivateCredentials(PasswordCredential.class)) {
                // A container that was told no user hands over an empty one.
                String user = credential.getUserName();
                if (user != null
                        && !user.isBlank()
                        && factory.equals(credential.getManagedConnectionFactory())) {
                    Secret password = new Secret(new String(credential.getPassword()));
                    return configured.as(user, password);
                }
            }
        }
        if (info instanceof MqConnectionRequestInfo asked) {
            return configured.as(asked.userName(), asked.password());
        }
        return configured;
    }
}
