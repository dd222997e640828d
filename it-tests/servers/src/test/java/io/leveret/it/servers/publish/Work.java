package io.leveret.it.servers.publish;

import io.leveret.MqMessage;
import java.util.List;

/** What one call of the bean is to publish. */
record Work(Destination destination, Style style, Frame frame, List<MqMessage> messages) {

    List<String> ids() {
        return messages.stream().map(MqMessage::messageId).toList();
    }
}
