package io.leveret.ra.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What follows from what is known of a queue that failed messages wait or are parked in, and that
 * may have been made by somebody else.
 *
 * @param facts what is known
 */
record RetryQueueFacts(QueueFacts facts) {

    /**
     * Looks at a wait queue.
     *
     * @param destination where it has to bring its messages back to
     * @param delay after what time
     * @return what should be mended
     */
    List<String> waiting(String destination, Duration delay) {
        List<String> all = new ArrayList<>(facts.findings());
        if (!facts.type().equals("quorum")
                || !"at-least-once".equals(facts.effective("dead-letter-strategy"))) {
            all.add(
                    facts.shown()
                            + " may lose messages on their way back, because only a quorum queue"
                            + " with dead-letter-strategy=at-least-once does not; set that, and"
                            + " overflow=reject-publish, by a policy, or delete it when it is"
                            + " empty, and it is made anew");
        }
        if (!"".equals(facts.effective("dead-letter-exchange"))
                || !destination.equals(facts.effective("dead-letter-routing-key"))) {
            all.add(
                    facts.shown()
                            + " does not bring messages back to queue '"
                            + destination
                            + "' only: its dead-letter-exchange is "
                            + facts.effective("dead-letter-exchange")
                            + " and its dead-letter-routing-key "
                            + facts.effective("dead-letter-routing-key")
                            + "; delete it when it is empty, and it is made anew");
        }
        Long life = QueueFacts.number(facts.effective("message-ttl"));
        if (life == null || life != delay.toMillis()) {
            all.add(
                    facts.shown()
                            + " keeps messages "
                            + (life == null ? "for ever" : "for " + life + " ms")
                            + " instead of "
                            + delay.toMillis()
                            + " ms, because that is its message-ttl; delete it when it is empty,"
                            + " and it is made anew");
        }
        leaving(all);
        return all;
    }

    /**
     * Looks at a parking queue.
     *
     * @return what should be mended
     */
    List<String> parking() {
        List<String> all = new ArrayList<>(facts.findings());
        if (facts.effective("message-ttl") != null) {
            all.add(
                    facts.shown()
                            + " drops parked messages after "
                            + facts.effective("message-ttl")
                            + " ms, because that is its message-ttl; remove that");
        }
        leaving(all);
        return all;
    }

    /** What goes unasked. */
    private void leaving(List<String> all) {
        boolean limited =
                facts.effective("max-length") != null
                        || facts.effective("max-length-bytes") != null;
        if (limited && !"reject-publish".equals(facts.effective("overflow"))) {
            all.add(
                    facts.shown()
                            + " drops its oldest messages when it is full, because it has a"
                            + " greatest length; set overflow=reject-publish, or no length");
        }
        if (facts.effective("expires") != null) {
            all.add(
                    facts.shown()
                            + " is deleted with its messages when nobody uses it for "
                            + facts.effective("expires")
                            + " ms; remove expires");
        }
    }
}
