package io.leveret.cdi;

import io.leveret.MqEvent;
import io.leveret.MqPublisher;
import io.leveret.MqTarget;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.CreationException;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.BeforeShutdown;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.enterprise.inject.spi.PassivationCapable;
import jakarta.enterprise.inject.spi.ProcessInjectionPoint;
import jakarta.enterprise.inject.spi.ProcessObserverMethod;
import jakarta.inject.Provider;
import java.lang.annotation.Annotation;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes {@link MqPublisher} injectable, and fails the deployment when an injected publisher could
 * not work; brings {@link MqEvent}s to the observers of the application.
 *
 * <p>One dependent bean serves all injection points, with or without {@link MqTarget}; it reads the
 * target from the injection point. What it creates is serializable, so it may be injected into
 * beans of passivating scopes.
 *
 * <p>The container calls the observers on one thread while it deploys, and creates instances from
 * any thread afterwards.
 */
public class LeveretExtension implements Extension {

    private static final String BEAN_ID = "io.leveret.MqPublisher";

    private final Settings settings = Settings.ofServer();
    private final Set<Place> places = new LinkedHashSet<>();
    private final Set<Place> observers = new LinkedHashSet<>();
    private final Set<List<String>> factories = new LinkedHashSet<>();
    private final EventBridge bridge = new EventBridge();
    private boolean synchronous;
    private boolean asynchronous;

    /** Called by the container through the service loader. */
    public LeveretExtension() {}

    void collect(@Observes ProcessInjectionPoint<?, MqPublisher> event) {
        places.add(Place.of(event.getInjectionPoint()));
    }

    void collectInstance(@Observes ProcessInjectionPoint<?, Instance<MqPublisher>> event) {
        places.add(Place.of(event.getInjectionPoint()));
    }

    void collectProvider(@Observes ProcessInjectionPoint<?, Provider<MqPublisher>> event) {
        places.add(Place.of(event.getInjectionPoint()));
    }

    void addBean(@Observes AfterBeanDiscovery event) {
        event.<MqPublisher>addBean()
                .id(BEAN_ID)
                .beanClass(LeveretExtension.class)
                .types(MqPublisher.class, Object.class)
                .qualifiers(
                        Any.Literal.INSTANCE, Default.Literal.INSTANCE, TargetLiteral.ANY_TARGET)
                .scope(Dependent.class)
                .produceWith(this::create);
    }

    void collectObserver(@Observes ProcessObserverMethod<MqEvent, ?> event) {
        boolean async = event.getObserverMethod().isAsync();
        asynchronous |= async;
        synchronous |= !async;
        observers.add(Place.of(event));
    }

    void check(@Observes AfterDeploymentValidation event, BeanManager manager) {
        places.removeIf(place -> !servedHere(place, manager));
        if (places.isEmpty()) {
            // Observers hear of the factories that publishers use, else of the server's default.
            places.addAll(observers);
        }
        DeploymentCheck check = new DeploymentCheck(settings);
        check.problems(places).map(DeploymentException::new).ifPresent(event::addDeploymentProblem);
        factories.addAll(check.factories());
        places.clear();
    }

    void listen(@Observes @Initialized(ApplicationScoped.class) Object started, BeanManager beans) {
        if (!observers.isEmpty()) {
            EventBridge.Observers kinds = new EventBridge.Observers(synchronous, asynchronous);
            bridge.open(factories, kinds, beans);
        }
    }

    void endListening(@Observes @BeforeDestroyed(ApplicationScoped.class) Object ending) {
        bridge.close();
    }

    void shutDown(@Observes BeforeShutdown event) {
        bridge.close();
    }

    /** An application may replace the bean, in tests for example; its own needs no factory. */
    private static boolean servedHere(Place place, BeanManager manager) {
        Annotation[] qualifiers = place.qualifiers().toArray(Annotation[]::new);
        Bean<?> bean = manager.resolve(manager.getBeans(MqPublisher.class, qualifiers));
        return bean instanceof PassivationCapable capable && BEAN_ID.equals(capable.getId());
    }

    private MqPublisher create(Instance<Object> lookup) {
        InjectionPoint point = lookup.select(InjectionPoint.class).get();
        // A look-up by hand has no injection point, and so no target.
        MqTarget target = point == null ? null : Place.target(point.getQualifiers());
        try {
            return new InjectedPublisher(PublisherTarget.of(target, settings));
        } catch (PublisherTarget.BadTargetException e) {
            throw new CreationException("Leveret: " + e.getMessage(), e);
        }
    }
}
