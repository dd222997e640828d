package io.leveret.surface;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Types of each kind, as others see them. */
public final class Samples {

    private Samples() {}

    /**
     * With parts that others do not see.
     *
     * @param <T> anything
     */
    public abstract static class Sample<T extends Comparable<T>> implements Collection<T> {

        /** Compiled into those who use it. */
        public static final String CONSTANT = "c";

        final int invisible;

        /**
         * For subclasses.
         *
         * @param map anything
         * @throws IOException never
         */
        protected Sample(Map<String, ? super T> map) throws IOException {
            this.invisible = map.size();
        }

        void invisible() {}

        /**
         * For subclasses.
         *
         * @param lists anything
         * @param <X> anything
         * @return null
         * @throws X never
         */
        protected final <X extends Exception> T visible(List<X[]> lists) throws X {
            return null;
        }
    }

    /**
     * A record.
     *
     * @param zebra comes first
     * @param apple comes second
     */
    public record Pair(String zebra, int apple) {}

    /** An enum. */
    public enum Order {
        /** First. */
        SECOND,
        /** Second. */
        FIRST
    }

    /** An annotation. */
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Mark {
        /**
         * One with a default.
         *
         * @return anything
         */
        String[] names() default {"a", "b"};
    }

    /** Invisible. */
    interface Hidden {}
}
