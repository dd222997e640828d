package io.leveret.cdi;

import io.leveret.MqConnectionFactory;
import io.leveret.MqPublisherOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.naming.NamingException;

/**
 * Checks every place where a publisher is injected or an event observed, once, while the
 * application is deployed.
 *
 * <p>Not thread-safe; used by one deployment.
 */
final class DeploymentCheck {

    /** Bound to a component; at deployment there is none, so only the first call can tell. */
    private static final String COMPONENT_NAMES = "java:comp/";

    private final Settings settings;

    /** What was found, per names. */
    private final Map<List<String>, Found> factories = new HashMap<>();

    private final Set<List<String>> used = new HashSet<>();

    DeploymentCheck(Settings settings) {
        this.settings = settings;
    }

    /**
     * Checks targets and connection factories. Waits for missing factories, for all of them
     * together no longer than {@link Settings#lookupTimeout()}.
     *
     * @return one message that lists all problems with place and fix; empty when there are none
     */
    Optional<String> problems(Collection<Place> places) {
        if (places.isEmpty()) {
            return Optional.empty();
        }
        List<String> problems = new ArrayList<>();
        Duration timeout = Duration.ZERO;
        try {
            timeout = settings.lookupTimeout();
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Place place : places) {
            try {
                PublisherTarget target = PublisherTarget.of(place.target(), settings);
                used.add(target.factories());
                problem(target, timeout, deadline)
                        .ifPresent(problem -> problems.add(place.name() + ": " + problem));
            } catch (PublisherTarget.BadTargetException e) {
                e.problems().forEach(problem -> problems.add(place.name() + ": " + problem));
            }
        }
        if (problems.isEmpty()) {
            return Optional.empty();
        }
        String head =
                (problems.size() == 1 ? "1 problem" : problems.size() + " problems")
                        + " with injected publishers or observers of events:";
        return Optional.of("Leveret: " + head + "\n - " + String.join("\n - ", problems));
    }

    /** Gives the JNDI names of each connection factory of the places that were checked. */
    Set<List<String>> factories() {
        return Set.copyOf(used);
    }

    /** A connection factory, or what is wrong with it. */
    private record Found(MqConnectionFactory factory, String problem) {}

    private Optional<String> problem(PublisherTarget target, Duration timeout, long deadline) {
        List<String> names = target.factories();
        if (names.stream().anyMatch(name -> name.startsWith(COMPONENT_NAMES))) {
            return Optional.empty();
        }
        Found found = factories.computeIfAbsent(names, key -> lookup(key, timeout, deadline));
        return found.factory() == null
                ? Optional.of(found.problem())
                : contradiction(found.factory(), target.options());
    }

    /** The factory says which options its publishers may have; making one costs nothing. */
    private static Optional<String> contradiction(
            MqConnectionFactory factory, MqPublisherOptions options) {
        try {
            factory.createPublisher(options);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static Found lookup(List<String> names, Duration timeout, long deadline) {
        try {
            return new Found(FactoryLookup.await(names, deadline), null);
        } catch (FactoryLookup.NotAFactoryException e) {
            return new Found(null, "wrong connection factory: " + e.getMessage());
        } catch (NamingException e) {
            return new Found(
                    null,
                    "no connection factory at "
                            + FactoryLookup.list(names)
                            + " within "
                            + timeout.toMillis()
                            + " ms: deploy the resource adapter, or name its connection factory"
                            + " with @MqTarget(connectionFactory) or the system property "
                            + Settings.CONNECTION_FACTORY
                            + " ("
                            + e.getMessage()
                            + ")");
        }
    }
}
