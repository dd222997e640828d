package io.leveret.ra.inbound;

import io.leveret.MqEvent;
import io.leveret.ra.link.ChannelSetup;
import io.leveret.ra.link.Deadline;
import io.leveret.ra.link.LinkChannel;
import io.leveret.ra.link.LinkGroup;
import io.leveret.ra.link.LinkUnavailableException;
import io.leveret.ra.retry.Retries;

/** What the retry room has to say is said of its activation, and it gets channels of its links. */
record RetryVoice(ActivationReport report, LinkGroup links) implements Retries.Voice {

    @Override
    public LinkChannel channel(Deadline deadline)
            throws LinkUnavailableException, InterruptedException {
        // Does not wait for links that are down: they would be kept alive by that alone.
        return links.open(deadline, false, true, ChannelSetup.NONE);
    }

    @Override
    public void alarm(String what, Throwable cause) {
        report.say(MqEvent.Severity.ALARM, what, cause);
    }

    @Override
    public void warning(String what, Throwable cause) {
        report.say(MqEvent.Severity.WARNING, what, cause);
    }

    @Override
    public void info(String what) {
        report.say(MqEvent.Severity.INFO, what, null);
    }
}
