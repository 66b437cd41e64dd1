package dev.matview.core.mango;

/**
 * What a selector, a projection or a sort may cost, so that one sent by a client can be run. Immutable and thread-safe.
 */
public final class MangoLimits {
    /** Nothing nests deeper than this, because compiling and evaluating recurse. */
    static final int DEEPEST = 500;

    private static final MangoLimits DEFAULTS = builder().build();

    private final int maxDepth;
    private final int maxConditions;
    private final int regexSteps;
    private final int maxFields;
    private final int maxSortKeys;
    private final int maxPathNames;
    private final int maxPathLength;

    private MangoLimits(Builder builder) {
        this.maxDepth = builder.maxDepth;
        this.maxConditions = builder.maxConditions;
        this.regexSteps = builder.regexSteps;
        this.maxFields = builder.maxFields;
        this.maxSortKeys = builder.maxSortKeys;
        this.maxPathNames = builder.maxPathNames;
        this.maxPathLength = builder.maxPathLength;
    }

    /** Returns limits for what clients send: every limit at its default. */
    public static MangoLimits defaults() {
        return DEFAULTS;
    }

    /** Returns a builder of {@link #defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** How deep a selector's JSON may nest, 1 to {@value #DEEPEST}; {@code {"a": 1}} is 1 deep. Default: 50. */
    public int maxDepth() {
        return maxDepth;
    }

    /**
     * How many members and array elements a selector's JSON may hold, at all depths: each is at most one condition to
     * evaluate or one value to compare with. Default: 2,000.
     */
    public int maxConditions() {
        return maxConditions;
    }

    /**
     * How many steps all {@code $regex} of a selector together may take on one document; a step is about one element of
     * the pattern tried at one place, or one alternative left for later. Default: a million, a few milliseconds.
     */
    public int regexSteps() {
        return regexSteps;
    }

    /** How many paths a projection may list. Default: 256. */
    public int maxFields() {
        return maxFields;
    }

    /** How many fields a sort may list. Default: 32. */
    public int maxSortKeys() {
        return maxSortKeys;
    }

    /** How many names, with dots between, a path may have, 1 to {@value #DEEPEST}. Default: 100. */
    public int maxPathNames() {
        return maxPathNames;
    }

    /** How many UTF-16 units a path may have, dots included. Default: 1,024. */
    public int maxPathLength() {
        return maxPathLength;
    }

    /** Tells whether whatever the other limits allow is allowed here too. */
    boolean cover(MangoLimits other) {
        return this == other
                || maxDepth >= other.maxDepth
                        && maxConditions >= other.maxConditions
                        && regexSteps >= other.regexSteps
                        && maxFields >= other.maxFields
                        && maxSortKeys >= other.maxSortKeys
                        && maxPathNames >= other.maxPathNames
                        && maxPathLength >= other.maxPathLength;
    }

    /** Builds limits; what each means stands at the getter of its name in {@link MangoLimits}. Not thread-safe. */
    public static final class Builder {
        private int maxDepth = 50;
        private int maxConditions = 2_000;
        private int regexSteps = 1_000_000;
        private int maxFields = 256;
        private int maxSortKeys = 32;
        private int maxPathNames = 100;
        private int maxPathLength = 1_024;

        private Builder() {}

        /** @throws IllegalArgumentException when it is not 1 to {@value MangoLimits#DEEPEST} */
        public Builder maxDepth(int maxDepth) {
            this.maxDepth = requireUpTo(DEEPEST, maxDepth, "maxDepth");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder maxConditions(int maxConditions) {
            this.maxConditions = requireUpTo(Integer.MAX_VALUE, maxConditions, "maxConditions");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder regexSteps(int regexSteps) {
            this.regexSteps = requireUpTo(Integer.MAX_VALUE, regexSteps, "regexSteps");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder maxFields(int maxFields) {
            this.maxFields = requireUpTo(Integer.MAX_VALUE, maxFields, "maxFields");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder maxSortKeys(int maxSortKeys) {
            this.maxSortKeys = requireUpTo(Integer.MAX_VALUE, maxSortKeys, "maxSortKeys");
            return this;
        }

        /** @throws IllegalArgumentException when it is not 1 to {@value MangoLimits#DEEPEST} */
        public Builder maxPathNames(int maxPathNames) {
            this.maxPathNames = requireUpTo(DEEPEST, maxPathNames, "maxPathNames");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder maxPathLength(int maxPathLength) {
            this.maxPathLength = requireUpTo(Integer.MAX_VALUE, maxPathLength, "maxPathLength");
            return this;
        }

        public MangoLimits build() {
            return new MangoLimits(this);
        }

        private static int requireUpTo(int most, int value, String name) {
            if (value < 1 || value > most) {
                throw new IllegalArgumentException(name + " must be 1 to " + most + ", not " + value);
            }
            return value;
        }
    }
}
